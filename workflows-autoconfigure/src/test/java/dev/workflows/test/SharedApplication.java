package dev.workflows.test;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One application per database, started when a test first asks for it and shared by all tests of a class. */
public final class SharedApplication implements AfterAllCallback, AutoCloseable {

    private final Class<?>[] beans;
    private final List<String> properties = new ArrayList<>();
    private final List<String> tables = new ArrayList<>();
    private final Map<TestDatabase, ConfigurableApplicationContext> started = new EnumMap<>(TestDatabase.class);

    private SharedApplication(Class<?>... beans) {
        this.beans = beans;
    }

    public static SharedApplication of(Class<?>... beans) {
        return new SharedApplication(beans);
    }

    public SharedApplication with(String... more) {
        properties.addAll(List.of(more));
        return this;
    }

    /** Statements that make the application's own tables. */
    public SharedApplication withTables(String... statements) {
        tables.addAll(List.of(statements));
        return this;
    }

    public synchronized ConfigurableApplicationContext on(TestDatabase database) {
        return started.computeIfAbsent(database, this::start);
    }

    private ConfigurableApplicationContext start(TestDatabase database) {
        String url = database.newUrl();
        try (HikariDataSource pool = TestDatabase.pool(url)) {
            tables.forEach(statement -> JdbcClient.create(pool).sql(statement).update());
        }
        return TestApplication.on(url, beans)
                .with(properties.toArray(String[]::new))
                .start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** For tests of another engine than Jupiter. */
    @Override
    public synchronized void close() {
        started.values().forEach(ConfigurableApplicationContext::close);
    }
}
