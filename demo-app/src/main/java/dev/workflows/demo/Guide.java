package dev.workflows.demo;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Prints what to try next. */
@Component
@ConditionalOnBooleanProperty(name = "demo.sample", matchIfMissing = true)
@Order(2)
class Guide implements ApplicationRunner {

    private final ReportsBucket bucket;
    private final String database;
    private final Environment environment;

    Guide(ReportsBucket bucket, @Value("${spring.datasource.url}") String database, Environment environment) {
        this.bucket = bucket;
        this.database = database;
        this.environment = environment;
    }

    @Override
    public void run(ApplicationArguments args) {
        System.out.printf(
                """

                Try it:
                  create   curl -i -d '{"reportId":"abc123","id":"first"}' -H 'Content-Type: application/json' localhost:%d/reports
                  look     curl localhost:%1$d/reports/first
                  crash    create another, kill -9 %2$d within three seconds, start again: it continues by itself
                Data:
                  %s
                  %s
                  in %s

                """,
                environment.getRequiredProperty("local.server.port", Integer.class),
                ProcessHandle.current().pid(),
                database.split("[;?]")[0],
                bucket,
                Path.of("").toAbsolutePath());
    }
}
