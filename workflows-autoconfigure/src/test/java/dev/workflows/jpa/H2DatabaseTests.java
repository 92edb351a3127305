package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.test.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

@ExtendWith(OutputCaptureExtension.class)
class H2DatabaseTests {

    @TempDir
    private Path folder;

    @Test
    void hasAFileWrittenAtCommit(CapturedOutput output) {
        prepare("jdbc:h2:async:" + folder.resolve("db") + ";DB_CLOSE_ON_EXIT=FALSE");

        assertThat(output).doesNotContain("WARN");
    }

    @Test
    void warnsOfAFileThatAnInterruptCloses(CapturedOutput output) {
        prepare("jdbc:h2:" + folder.resolve("db"));

        assertThat(output)
                .contains("is closed when a step that is using it is interrupted")
                .contains("Write jdbc:h2:async:…;DB_CLOSE_ON_EXIT=FALSE");
    }

    @Test
    void warnsOfADatabaseInMemory(CapturedOutput output) {
        prepare("jdbc:h2:mem:forgetful");

        assertThat(output).contains("nothing survives the end of this process");
    }

    private static void prepare(String url) {
        try (HikariDataSource pool = TestDatabase.pool(url)) {
            H2Database.prepare(pool);
            if (!url.contains(":mem:")) {
                assertThat(JdbcClient.create(pool)
                                .sql(
                                        "select setting_value from information_schema.settings where setting_name = 'WRITE_DELAY'")
                                .query(Integer.class)
                                .list())
                        .contains(0);
            }
        }
    }
}
