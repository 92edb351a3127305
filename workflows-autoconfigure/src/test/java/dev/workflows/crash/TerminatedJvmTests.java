package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A JVM is asked to stop, as a deploy does, and another one is started. */
class TerminatedJvmTests {

    private static final String INSTANCE = CrashPoint.INSIDE_SECOND_STEP.instance();
    /** Whatever happens sooner has not waited for it. */
    private static final String LEASE = "workflows.worker.lease=60 seconds";

    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(CrashDatabase.class)
    void theAttemptEndsAndTheNextStartGoesOnAtOnce(CrashDatabase database) throws Exception {
        String url = database.newUrl(directory);
        CrashDatabase.createLedger(url);
        Signals signals = new Signals(directory);
        try (ChildJvm first =
                ChildJvm.start("first", url, directory, LEASE, "crash.hold=until-go", "crash.create=" + INSTANCE)) {
            first.awaitSignal(INSTANCE);
            first.terminate();
            first.awaitSignal("draining-first");
            signals.raise("go");
            assertThat(first.awaitExit()).isEqualTo(ENDED_BY_SIGTERM);
        }

        assertGoesOnAtOnce(url, "reserve#1 charge#1", "confirm#1 book#1 ship#1");
    }

    @ParameterizedTest
    @EnumSource(CrashDatabase.class)
    void anAttemptThatDoesNotEndIsInterruptedAndCounts(CrashDatabase database) throws Exception {
        String url = database.newUrl(directory);
        CrashDatabase.createLedger(url);
        try (ChildJvm first = ChildJvm.start(
                "first",
                url,
                directory,
                LEASE,
                "workflows.worker.shutdown-timeout=200ms",
                "crash.hold=forever",
                "crash.create=" + INSTANCE)) {
            first.awaitSignal(INSTANCE);
            first.terminate();
            assertThat(first.awaitExit()).isEqualTo(ENDED_BY_SIGTERM);
        }

        assertGoesOnAtOnce(url, "reserve#1 charge#1", "charge#2 confirm#1 book#1 ship#1");
    }

    private void assertGoesOnAtOnce(String url, String byFirst, String bySecond) throws Exception {
        Instant up;
        try (ChildJvm second = ChildJvm.start("second", url, directory, LEASE)) {
            second.awaitSignal("up-second");
            up = Instant.now();
            second.awaitFinished();
        }
        Journal journal = Journal.in(directory);
        assertThat(journal.of(INSTANCE, "first")).isEqualTo(byFirst);
        assertThat(journal.of(INSTANCE, "second")).isEqualTo(bySecond);
        assertThat(journal.entered(INSTANCE, bySecond.split(" ")[0]).at()).isBefore(up.plusSeconds(10));
        assertThat(CrashDatabase.ledger(url)).containsExactly(INSTANCE);
    }
}
