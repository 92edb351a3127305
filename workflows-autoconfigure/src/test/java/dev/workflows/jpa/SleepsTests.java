package dev.workflows.jpa;

import static dev.workflows.jpa.ClaimedInstances.HOUR;
import static dev.workflows.jpa.ClaimedInstances.START;
import static dev.workflows.jpa.ClaimedInstances.onAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.Status;
import dev.workflows.store.StepKey;
import dev.workflows.store.Written;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which instances fall asleep together, and which are left out. */
@Timeout(60)
class SleepsTests {

    private static final StepKey NAP = new StepKey(StepKey.Kind.SLEEP, "nap", 1);

    private final ClaimedInstances instances = new ClaimedInstances(4, last -> last.endedWithin(Duration.ofMinutes(1)));
    private final JdbcClient jdbc = instances.jdbc();
    private final JpaWorkflowStore store = instances.store();
    private final Sleeps sleeps = new Sleeps(instances.template());

    @AfterEach
    void close() {
        instances.close();
    }

    private Sleeps.Row row(int instance) {
        return new Sleeps.Row(instances.claim(instance), NAP, START, HOUR);
    }

    private List<Boolean> sleep(int... numbers) {
        return sleeps.beginAndGiveUp(IntStream.of(numbers).mapToObj(this::row).toList());
    }

    private Status status(int instance) {
        return instances.state(instance).status();
    }

    private Integer asleep() {
        return jdbc.sql("select count(*) from workflow_step where kind = 'sleep'")
                .query(Integer.class)
                .single();
    }

    /** All there is of it, with the times that the database has set in a form that is the same a moment later. */
    private List<Object> stored(int instance) {
        return jdbc.sql("""
                        select i.status, i.owner, i.epoch, i.interrupted, i.signals, i.ended_at,
                               round(extract(epoch from i.due_at - current_timestamp) / 100) due,
                               round(extract(epoch from i.paused_at - current_timestamp) / 100) paused,
                               i.due_at = s.wake_at as_long, round(extract(epoch from s.wake_at - current_timestamp) / 100) wake,
                               s.kind, s.scope, s.name, s.occurrence, s.attempts, s.generation, s.epoch began, s.declared,
                               s.sensitive, s.event_type, s.output, s.started_at, s.ended_at done
                        from workflow_instance i join workflow_step s on s.instance_pk = i.pk where i.pk = ?""").param(instances.claim(instance).key()).query().listOfRows().stream()
                .map(Object.class::cast)
                .toList();
    }

    private void pause(int... numbers) {
        IntStream.of(numbers)
                .forEach(i -> store.pause("order", instances.claim(i).id()).orElseThrow());
    }

    /** As PostgreSQL does it alone, as it does it with others, and as H2 does it. */
    private void assertTheSameIsStored(int alone, int together, int inTwo) {
        assertThat(sleeps.beginAndGiveUp(row(alone))).isOne();
        assertThat(sleep(together)).containsExactly(true);
        assertThat(instances.transaction().<Integer>execute(status -> sleeps.beginAndGiveUpInTwo(row(inTwo))))
                .isOne();

        assertThat(stored(alone)).hasSize(1).isEqualTo(stored(together)).isEqualTo(stored(inTwo));
    }

    @Test
    void storesTheSameInWhicheverWay() {
        assertTheSameIsStored(0, 1, 2);

        assertThat(status(0)).isEqualTo(Status.WAITING);
        assertThat(asleep()).isEqualTo(3);
    }

    @Test
    void storesTheSameOfOneThatIsToBePaused() {
        pause(0, 1, 2);

        assertTheSameIsStored(0, 1, 2);

        assertThat(status(0)).isEqualTo(Status.PAUSED);
        assertThat(jdbc.sql("select count(*) from workflow_instance where due_at is not null")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void wakesAtItsDeadlineIfThatIsEarlier() {
        assertThat(sleep(2, 3)).containsExactly(true, true);

        assertThat(jdbc.sql("select id from workflow_instance where due_at < current_timestamp + interval '2 minutes'")
                        .query(String.class)
                        .list())
                .containsExactly(instances.claim(3).id());
    }

    @Test
    void shareATransaction() {
        sleep(0, 1, 2);

        assertThat(instances.transactionsOf("waiting")).isOne();
    }

    @Test
    void leavesOutWhoseClaimIsStale() {
        store.release(instances.claim(1), false);

        assertThat(sleep(0, 1, 2)).containsExactly(true, false, true);

        assertThat(status(1)).isEqualTo(Status.QUEUED);
        assertThat(asleep()).isEqualTo(2);
    }

    @Test
    void anInstanceWhoseSleepHasBegunBeforeStaysClaimed() {
        assertThat(store.sleep(instances.claim(0), NAP, START, HOUR, false)).isEqualTo(Written.STORED);

        assertThat(sleep(0, 1)).containsExactly(false, true);
        assertThat(store.sleep(instances.claim(0), NAP, START, HOUR, true)).isEqualTo(Written.EXISTS);

        assertThat(status(0)).isEqualTo(Status.RUNNING);
        assertThat(asleep()).isEqualTo(2);
    }

    @Test
    void waitsForNoInstanceThatSomebodyElseHasLocked() {
        List<Boolean> begun = instances.whileLocked(0, () -> sleep(0, 1));

        assertThat(begun).containsExactly(false, true);
        assertThat(status(0)).isEqualTo(Status.RUNNING);
        assertThat(asleep()).isOne();
    }

    @Test
    void aloneWaitsForWhoeverHasItsInstanceLockedAndDoesAsTheyLeftIt() {
        assertThat(sleepWhileLockedFor(() -> pause(0))).isEqualTo(Written.STORED);

        assertThat(status(0)).isEqualTo(Status.PAUSED);
        assertThat(asleep()).isOne();
    }

    @Test
    void aloneWaitsForWhoeverTakesItsInstanceAndLeavesItToThem() {
        assertThat(sleepWhileLockedFor(
                        () -> store.terminate("order", instances.claim(0).id(), workflow -> HOUR)
                                .orElseThrow()))
                .isEqualTo(Written.STALE);

        assertThat(status(0)).isEqualTo(Status.TERMINATED);
        assertThat(asleep()).isZero();
    }

    @Test
    void thoseThatComeWhileOneIsWrittenShareATransaction() {
        List<Thread> others = IntStream.of(1, 2)
                .mapToObj(i -> new Thread(() -> store.sleep(instances.claim(i), NAP, START, HOUR, true)))
                .toList();

        sleepWhileLockedFor(() -> {
            others.forEach(Thread::start);
            await().until(() -> others.stream().allMatch(it -> it.getState() == Thread.State.WAITING));
        });

        await().until(() -> others.stream().noneMatch(Thread::isAlive));
        assertThat(instances.transactionsOf("waiting")).isEqualTo(2);
        assertThat(asleep()).isEqualTo(3);
    }

    /** What the store says of a sleep of the first, which waits for a transaction that does this. */
    private Written sleepWhileLockedFor(Runnable work) {
        CompletableFuture<Written> sleep = instances.transaction().execute(status -> {
            instances.lock(0);
            CompletableFuture<Written> waiting =
                    onAnotherThread(() -> store.sleep(instances.claim(0), NAP, START, HOUR, true));
            awaitALockThatIsWaitedFor();
            work.run();
            return waiting;
        });
        return sleep.join();
    }

    private void awaitALockThatIsWaitedFor() {
        await().until(() -> jdbc.sql("select count(*) from pg_locks where not granted"
                                + " and pid in (select pid from pg_stat_activity where datname = current_database())")
                        .query(Integer.class)
                        .single()
                == 1);
    }
}
