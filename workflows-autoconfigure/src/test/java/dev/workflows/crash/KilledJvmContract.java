package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A JVM is killed while it holds an instance at each of the {@link CrashPoint}s. Another one is started, which nobody tells
 * anything, and which finishes them all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KilledJvmContract {

    private static final String LEASE = "workflows.worker.lease=2 seconds";

    private final CrashDatabase database;
    private String url;
    private Journal journal;
    private Instant retryDue;
    private Instant sleeperDue;
    private Instant secondUp;

    KilledJvmContract(CrashDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void killAndStartAgain(@TempDir Path directory) throws Exception {
        url = database.newUrl(directory);
        CrashDatabase.createLedger(url);
        journal = Journal.in(directory);
        List<String> instances = CrashApplication.instances(CrashPoint.values());
        String create = "crash.create=" + String.join(",", instances);
        try (ChildJvm first = ChildJvm.start("first", url, directory, LEASE, "crash.hold=forever", create)) {
            instances.forEach(first::awaitSignal);
        }
        retryDue = due(CrashPoint.INSIDE_RETRY_WAIT);
        sleeperDue = due(CrashPoint.INSIDE_SLEEP);
        try (ChildJvm second = ChildJvm.start("second", url, directory, LEASE)) {
            second.awaitSignal("up-second");
            secondUp = Instant.now();
            second.awaitFinished();
        }
    }

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void entersOnlyTheBodyThatWasCutOffAgainAndAsItsNextAttempt(CrashPoint point) {
        assertThat(journal.of(point.instance(), "first") + " | " + journal.of(point.instance(), "second"))
                .isEqualTo(
                        switch (point) {
                            case INSIDE_FIRST_STEP -> "reserve#1 | reserve#2 charge#1 confirm#1 book#1 ship#1";
                            // nobody can tell that the body had not been entered
                            case BETWEEN_STEPS -> "reserve#1 | charge#2 confirm#1 book#1 ship#1";
                            case INSIDE_SECOND_STEP -> "reserve#1 charge#1 | charge#2 confirm#1 book#1 ship#1";
                            case INSIDE_RETRY_WAIT ->
                                "reserve#1 charge#1 confirm#1 confirm#2 | confirm#3 book#1 ship#1";
                            case INSIDE_SLEEP -> "reserve#1 charge#1 confirm#1 | book#1 ship#1";
                            case BEFORE_COMMIT -> "reserve#1 charge#1 confirm#1 book#1 | book#2 ship#1";
                            case AFTER_COMMIT -> "reserve#1 charge#1 confirm#1 book#1 | ship#2";
                        });
    }

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void completesWithTheResultsThatWereStored(CrashPoint point) {
        Map<String, String> completed = new LinkedHashMap<>();
        journal.entries(point.instance()).forEach(entry -> completed.put(entry.step(), entry.result()));

        String output =
                read(jdbc -> jdbc.sql("select output from workflow_instance where id = ? and status = 'complete'")
                        .param(point.instance())
                        .query(String.class)
                        .single());

        assertThat(output).isEqualTo("\"" + String.join(" ", completed.values()) + "\"");
    }

    @Test
    void aTransactionalStepsWritesAreThereOnce() {
        List<String> ledger = read(jdbc -> jdbc.sql("select instance, attempt from ledger")
                .query((row, number) -> row.getString(1) + "#" + row.getInt(2))
                .list());

        assertThat(ledger)
                .containsExactlyInAnyOrderElementsOf(CrashApplication.instances(CrashPoint.values()).stream()
                        .map(instance -> instance + (instance.equals("before-commit") ? "#2" : "#1"))
                        .toList());
    }

    @Test
    void theAttemptThatWasCutOffIsOnRecord() {
        Map<String, String> attempts = read(jdbc -> jdbc
                .sql("""
                        select i.id, a.name, a.attempt, a.error_name
                        from workflow_attempt a join workflow_instance i on i.pk = a.instance_pk order by a.attempt""")
                .query((row, number) -> Map.entry(
                        row.getString(1), "%s#%d %s".formatted(row.getString(2), row.getInt(3), row.getString(4))))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a + ", " + b)));

        assertThat(attempts)
                .containsOnly(
                        Map.entry("inside-first-step", "reserve#1 Interrupted"),
                        Map.entry("between-steps", "charge#1 Interrupted"),
                        Map.entry("inside-second-step", "charge#1 Interrupted"),
                        Map.entry(
                                "inside-retry-wait",
                                "confirm#1 IllegalStateException, confirm#2 IllegalStateException"),
                        Map.entry("before-commit", "book#1 Interrupted"),
                        Map.entry("after-commit", "ship#1 Interrupted"));
    }

    @Test
    void goesOnWaitingForARetryWhereItWas() {
        Instant due = instant("""
                select a.next_at from workflow_attempt a join workflow_instance i on i.pk = a.instance_pk
                where i.id = 'inside-retry-wait' and a.attempt = 2""");

        assertThat(retryDue).isAfterOrEqualTo(due);
        assertThat(journal.entered("inside-retry-wait", "confirm#3").at())
                .isAfterOrEqualTo(due)
                .isBefore(secondUp.plus(OrderWorkflow.LONG_RETRY_WAIT));
    }

    @Test
    void goesOnSleepingWhereItWas() {
        Instant due = instant("""
                select s.wake_at from workflow_step s join workflow_instance i on i.pk = s.instance_pk
                where i.id = 'inside-sleep' and s.kind = 'sleep'""");

        assertThat(sleeperDue).isAfterOrEqualTo(due);
        assertThat(journal.entered("inside-sleep", "book#1").at())
                .isAfterOrEqualTo(due)
                .isBefore(secondUp.plus(OrderWorkflow.LONG_SLEEP));
    }

    private Instant due(CrashPoint point) {
        return instant("select due_at from workflow_instance where id = '" + point.instance() + "'");
    }

    private Instant instant(String query) {
        return read(jdbc -> jdbc.sql(query)
                .query((row, number) -> row.getObject(1, OffsetDateTime.class))
                .single()
                .toInstant());
    }

    private <T> T read(Function<JdbcClient, T> query) {
        return CrashDatabase.read(url, query);
    }
}
