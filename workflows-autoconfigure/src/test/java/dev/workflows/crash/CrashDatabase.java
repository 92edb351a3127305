package dev.workflows.crash;

import dev.workflows.test.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A database that a child JVM can reach, and that outlives it. */
enum CrashDatabase {
    /** In a file, which one process has open at a time. */
    H2_FILE {
        @Override
        String newUrl(Path directory) {
            return "jdbc:h2:async:" + directory.resolve("db").toAbsolutePath() + ";DB_CLOSE_ON_EXIT=FALSE";
        }
    },
    POSTGRESQL {
        @Override
        String newUrl(Path directory) {
            return TestDatabase.POSTGRESQL.newUrl();
        }
    };

    abstract String newUrl(Path directory);

    /** Has no key: what is written twice is to be seen. */
    static void createLedger(String url) {
        read(
                url,
                jdbc -> jdbc.sql("create table ledger (instance varchar(100) not null, attempt integer not null)")
                        .update());
    }

    /** The instance of each row of the ledger. */
    static List<String> ledger(String url) {
        return read(
                url,
                jdbc -> jdbc.sql("select instance from ledger")
                        .query(String.class)
                        .list());
    }

    /** From this JVM; a file only while no other JVM has it open. */
    static <T> T read(String url, Function<JdbcClient, T> query) {
        try (SingleConnectionDataSource connection = TestDatabase.connection(url)) {
            return query.apply(JdbcClient.create(connection));
        }
    }
}
