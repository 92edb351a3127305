package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.WorkflowInstance;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A JVM is killed while it has an instance at each of the {@link WaitPoint}s, and another one is started. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KilledWaitContract {

    private static final String LEASE = "workflows.worker.lease=2 seconds";

    /** What is killed in its body. */
    private static final List<WaitPoint> HELD = List.of(
            WaitPoint.EVENT_SENT_BEFORE,
            WaitPoint.EVENT_TAKEN_BEFORE,
            WaitPoint.BETWEEN_WINNER_AND_LOSER,
            WaitPoint.INSIDE_ROLLBACK,
            WaitPoint.WAITING_FOR_PAUSE);

    private static final List<WaitPoint> HELD_IN_ONE_BRANCH =
            List.of(WaitPoint.SLEEP_IN_A_BRANCH, WaitPoint.RETRY_WAIT_IN_A_BRANCH);

    /** What is killed in a wait only. */
    private static final List<WaitPoint> WAITING = List.of(
            WaitPoint.EVENT_SENT_MEANWHILE,
            WaitPoint.EVENT_SENT_AFTER,
            WaitPoint.EVENT_NEVER_SENT,
            WaitPoint.INSIDE_ROLLBACK_RETRY_WAIT,
            WaitPoint.PAUSED_IN_A_SLEEP);

    private final CrashDatabase database;
    private String url;
    private Journal journal;
    private Instant secondUp;
    private Duration leftOfPausedSleep;
    private Instant resumed;
    private String enteredByRecoveryWhilePaused;

    KilledWaitContract(CrashDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void killAndStartAgain(@TempDir Path directory) throws Exception {
        url = database.newUrl(directory);
        CrashDatabase.createLedger(url);
        journal = Journal.in(directory);
        try (ChildJvm first = ChildJvm.start("first", url, directory, LEASE, "crash.hold=forever")) {
            bringToTheirPoints(first);
        }
        leftOfPausedSleep = leftOfPausedSleep();
        sendFromAnApplicationThatRunsNothing(directory);
        try (ChildJvm second = ChildJvm.start("second", url, directory, LEASE)) {
            second.awaitSignal("up-second");
            secondUp = Instant.now();
            second.command("send", WaitPoint.EVENT_SENT_AFTER, "one");
            second.command("await-status", WaitPoint.WAITING_FOR_PAUSE, "paused");
            enteredByRecoveryWhilePaused = journal.of(WaitPoint.WAITING_FOR_PAUSE.instance(), "second");
            second.command("resume", WaitPoint.WAITING_FOR_PAUSE);
            resumed = Instant.now();
            second.command("resume", WaitPoint.PAUSED_IN_A_SLEEP);
            second.awaitFinished();
        }
    }

    /** What waits for a time comes last, so that it is not over when the JVM is killed. */
    private void bringToTheirPoints(ChildJvm first) throws Exception {
        for (WaitPoint point : HELD) {
            first.command("create", point);
        }
        first.command("await-wait", WaitPoint.EVENT_TAKEN_BEFORE);
        first.command("send", WaitPoint.EVENT_TAKEN_BEFORE, "one");
        HELD.forEach(point -> first.awaitSignal(point.instance()));
        first.command("send", WaitPoint.EVENT_SENT_BEFORE, "one");
        first.command("send", WaitPoint.EVENT_SENT_BEFORE, "two");
        first.command("pause", WaitPoint.WAITING_FOR_PAUSE);
        first.command("await-status", WaitPoint.WAITING_FOR_PAUSE, "waitingForPause");
        for (WaitPoint point : HELD_IN_ONE_BRANCH) {
            first.command("create", point);
        }
        for (WaitPoint point : WAITING) {
            first.command("create", point);
        }
        HELD_IN_ONE_BRANCH.forEach(point -> first.awaitSignal(point.instance()));
        for (WaitPoint point : HELD_IN_ONE_BRANCH) {
            first.command("await-wait", point);
        }
        for (WaitPoint point : WAITING) {
            first.command("await-wait", point);
        }
        first.command("pause", WaitPoint.PAUSED_IN_A_SLEEP);
    }

    private void sendFromAnApplicationThatRunsNothing(Path directory) {
        try (ConfigurableApplicationContext sender =
                CrashApplication.start(url, directory, "crash.node=sender", "workflows.worker.enabled=false")) {
            WorkflowInstance<String> instance =
                    CrashApplication.binding(sender, "JOURNEY").get(WaitPoint.EVENT_SENT_MEANWHILE.instance());
            instance.sendEvent(JourneyWorkflow.EVENT, "one");
        }
    }

    @Test
    void eventsThatWereSentBeforeAreTakenOnceAndInOrder() {
        assertThat(entered(WaitPoint.EVENT_SENT_BEFORE)).isEqualTo("ask#1 | ask#2");
        assertThat(output(WaitPoint.EVENT_SENT_BEFORE)).isEqualTo("ask#2@second one two none");
    }

    @Test
    void anEventThatWasTakenBeforeIsNotTakenAgain() {
        assertThat(entered(WaitPoint.EVENT_TAKEN_BEFORE)).isEqualTo("ask#1 | ask#2");
        assertThat(output(WaitPoint.EVENT_TAKEN_BEFORE)).isEqualTo("one ask#2@second none");
    }

    @Test
    void anEventThatWasSentWhileThereWasNoNodeIsTakenOnce() {
        assertThat(output(WaitPoint.EVENT_SENT_MEANWHILE)).isEqualTo("one none");
    }

    @Test
    void anEventThatWasSentAfterwardsIsTakenOnce() {
        assertThat(output(WaitPoint.EVENT_SENT_AFTER)).isEqualTo("one none");
    }

    @Test
    void aWaitTimesOutWhenItWouldHave() {
        assertThat(output(WaitPoint.EVENT_NEVER_SENT)).isEqualTo("none go#1@second");
        assertWentOnWhenDue(WaitPoint.EVENT_NEVER_SENT, "go", wakeTime(WaitPoint.EVENT_NEVER_SENT));
    }

    @Test
    void aBranchGoesOnSleepingWhereItWas() {
        assertThat(bodies(WaitPoint.SLEEP_IN_A_BRANCH))
                .containsExactlyInAnyOrder("ask@first", "ask@second", "go@second");
        assertWentOnWhenDue(WaitPoint.SLEEP_IN_A_BRANCH, "go", wakeTime(WaitPoint.SLEEP_IN_A_BRANCH));
    }

    @Test
    void aBranchGoesOnWaitingForItsRetryWhereItWas() {
        assertThat(bodies(WaitPoint.RETRY_WAIT_IN_A_BRANCH))
                .containsExactlyInAnyOrder("retried@first", "ask@first", "ask@second", "retried@second");
        assertWentOnWhenDue(WaitPoint.RETRY_WAIT_IN_A_BRANCH, "retried", retryTime(WaitPoint.RETRY_WAIT_IN_A_BRANCH));
    }

    @Test
    void theWinnerOfARaceStaysTheWinner() {
        assertThat(bodies(WaitPoint.BETWEEN_WINNER_AND_LOSER))
                .containsExactlyInAnyOrder("slow@first", "fast@first", "go@first", "go@second");
        assertThat(output(WaitPoint.BETWEEN_WINNER_AND_LOSER)).isEqualTo("fast#1@first go#2@second");
    }

    @Test
    void aRollbackGoesOnInItsOrderAndRepeatsNoneThatHadFinished() {
        assertThat(entered(WaitPoint.INSIDE_ROLLBACK))
                .isEqualTo("first#1 second#1 third#1 undo-third#1 undo-second#1 | undo-second#2 undo-first#1");
        assertRolledBack(WaitPoint.INSIDE_ROLLBACK);
    }

    @Test
    void aRollbackGoesOnWaitingForItsRetryWhereItWas() {
        assertThat(entered(WaitPoint.INSIDE_ROLLBACK_RETRY_WAIT))
                .isEqualTo("first#1 second#1 third#1 undo-third#1 undo-second#1 | undo-second#2 undo-first#1");
        assertRolledBack(WaitPoint.INSIDE_ROLLBACK_RETRY_WAIT);
        assertWentOnWhenDue(
                WaitPoint.INSIDE_ROLLBACK_RETRY_WAIT, "undo-second", retryTime(WaitPoint.INSIDE_ROLLBACK_RETRY_WAIT));
    }

    @Test
    void whatWasToBePausedIsPausedAndGoesOnWhenItIsResumed() {
        assertThat(enteredByRecoveryWhilePaused).isEmpty();
        assertThat(entered(WaitPoint.WAITING_FOR_PAUSE)).isEqualTo("ask#1 | ask#2 go#1");
        assertThat(journal.entered(WaitPoint.WAITING_FOR_PAUSE.instance(), "ask#2")
                        .at())
                .isBefore(resumed.plusSeconds(5));
    }

    @Test
    void whatWasLeftOfAPausedSleepIsLeftWhenItIsResumed() {
        assertThat(entered(WaitPoint.PAUSED_IN_A_SLEEP)).isEqualTo(" | go#1");
        assertThat(leftOfPausedSleep).isBetween(Duration.ZERO, JourneyWorkflow.LONG);
        assertThat(journal.entered(WaitPoint.PAUSED_IN_A_SLEEP.instance(), "go#1")
                        .at())
                .isAfterOrEqualTo(resumed.plus(leftOfPausedSleep))
                .isAfterOrEqualTo(wakeTime(WaitPoint.PAUSED_IN_A_SLEEP));
    }

    @Test
    void everyEventHasBeenTaken() {
        assertThat(CrashDatabase.<List<String>>read(
                        url, jdbc -> jdbc.sql("""
                                select i.id || ' ' || e.payload
                                from workflow_event e join workflow_instance i on i.pk = e.instance_pk
                                where e.consumed_at is not null order by e.id""").query(String.class).list()))
                .containsExactlyInAnyOrder(
                        "event-taken-before \"one\"",
                        "event-sent-before \"one\"",
                        "event-sent-before \"two\"",
                        "event-sent-meanwhile \"one\"",
                        "event-sent-after \"one\"");
    }

    /** By the first node, and by the second. */
    private String entered(WaitPoint point) {
        return journal.of(point.instance(), "first") + " | " + journal.of(point.instance(), "second");
    }

    /**
     * By which node each was entered. Which attempt that was is left open: where another branch is cut off in its body, and
     * the wait of this one is over by the time it goes on, nobody can tell that its body had not been entered.
     */
    private List<String> bodies(WaitPoint point) {
        return journal.entries(point.instance()).stream()
                .map(entry -> entry.step() + "@" + entry.node())
                .toList();
    }

    private void assertWentOnWhenDue(WaitPoint point, String step, Instant due) {
        Journal.Entry last = journal.entries(point.instance()).stream()
                .filter(entry -> entry.step().equals(step))
                .reduce((former, later) -> later)
                .orElseThrow();
        assertThat(last.at()).isAfterOrEqualTo(due).isBefore(secondUp.plus(JourneyWorkflow.LONG));
    }

    private void assertRolledBack(WaitPoint point) {
        String ended =
                read(jdbc -> jdbc.sql("select status || ' ' || rollback_outcome from workflow_instance where id = ?")
                        .param(point.instance())
                        .query(String.class)
                        .single());
        assertThat(ended).isEqualTo("errored complete");
    }

    private String output(WaitPoint point) {
        String output = read(jdbc -> jdbc.sql("select output from workflow_instance where id = ?")
                .param(point.instance())
                .query(String.class)
                .single());
        return output.substring(1, output.length() - 1);
    }

    private Duration leftOfPausedSleep() {
        WaitPoint point = WaitPoint.PAUSED_IN_A_SLEEP;
        Instant pausedAt = instant("select paused_at from workflow_instance where id = ?", point);
        return Duration.between(pausedAt, wakeTime(point));
    }

    private Instant wakeTime(WaitPoint point) {
        return instant("""
                select min(s.wake_at) from workflow_step s join workflow_instance i on i.pk = s.instance_pk
                where i.id = ? and s.wake_at is not null""", point);
    }

    private Instant retryTime(WaitPoint point) {
        return instant("""
                select a.next_at from workflow_attempt a join workflow_instance i on i.pk = a.instance_pk
                where i.id = ? and a.next_at is not null""", point);
    }

    private Instant instant(String query, WaitPoint point) {
        return read(jdbc -> jdbc.sql(query)
                .param(point.instance())
                .query((row, number) -> row.getObject(1, OffsetDateTime.class))
                .single()
                .toInstant());
    }

    private <T> T read(Function<JdbcClient, T> query) {
        return CrashDatabase.read(url, query);
    }
}
