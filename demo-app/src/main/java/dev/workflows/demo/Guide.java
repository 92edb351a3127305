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
        int port = environment.getRequiredProperty("local.server.port", Integer.class);
        System.out.printf(
                """

                Try it:
                  create   curl -i -H 'Content-Type: application/json' -d '{"reportId":"abc123","id":"first"}' localhost:%1$d/reports
                  look     curl localhost:%1$d/reports/first
                  crash    create one with another id, kill -9 %2$d at once, start again: the report goes on by itself
                The data lies in %3$s:
                  workflows in %4$s
                  reports in %5$s

                """,
                port, ProcessHandle.current().pid(), Path.of("").toAbsolutePath(), database.split("[;?]")[0], bucket);
    }
}
