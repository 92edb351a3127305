package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How soon a node that lives takes over what a killed one ran, as everything is configured by default. */
class TakeOverTests {

    private static final String INSTANCE = CrashPoint.INSIDE_SECOND_STEP.instance();

    @TempDir
    private Path directory;

    @Test
    void aNodeThatLivesTakesOverWithinTenSecondsByDefault() throws Exception {
        String url = CrashDatabase.POSTGRESQL.newUrl(directory);
        CrashDatabase.createLedger(url);
        Instant killed;
        try (ChildJvm first =
                ChildJvm.start("first", url, directory, "crash.hold=forever", "crash.create=" + INSTANCE)) {
            first.awaitSignal(INSTANCE);
            try (ChildJvm second = ChildJvm.start("second", url, directory)) {
                second.awaitSignal("up-second");
                killed = Instant.now();
                first.kill();
                second.awaitFinished();
            }
        }

        Journal journal = Journal.in(directory);
        assertThat(journal.of(INSTANCE, "second")).isEqualTo("charge#2 confirm#1 book#1 ship#1");
        Instant takenOver = journal.entered(INSTANCE, "charge#2").at();
        assertThat(Duration.between(killed, takenOver)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
    }
}
