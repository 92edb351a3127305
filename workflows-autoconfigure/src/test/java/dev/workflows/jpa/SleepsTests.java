package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.StepKey;
import dev.workflows.store.Written;
import dev.workflows.test.OwnThread;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which instances fall asleep together, and which are left out. */
@Timeout(60)
class SleepsTests {

    private static final Instant START = Instant.parse("2026-11-23T06:00:00.123456Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final StepKey NAP = new StepKey(StepKey.Kind.SLEEP, "nap", 1);

    private HikariDataSource pool;
    private JdbcClient jdbc;
    private JpaWorkflowStore store;
    private Sleeps sleeps;
    private TransactionTemplate transaction;
    private List<Claim> claims;

    @BeforeEach
    void open() {
        pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
        jdbc = JdbcClient.create(pool);
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        sleeps = new Sleeps(new JdbcTemplate(pool));
        transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
        store.join("node", "", HOUR);
        store.create(IntStream.range(0, 8)
                .mapToObj(i -> new NewInstance("order", "i-" + i, "{}", false, START, null, null, Map.of(), "")
                        .endedWithin(i % 4 == 3 ? Duration.ofMinutes(1) : null))
                .toList());
        claims = store.claim("node", List.of(InstanceQueue.unlimited("order")), 8);
    }

    @AfterEach
    void close() {
        store.close();
        pool.close();
    }

    private Sleeps.Row row(int instance) {
        return new Sleeps.Row(claims.get(instance), NAP, START, HOUR);
    }

    private List<Boolean> sleep(int... instances) {
        return sleeps.beginAndGiveUp(IntStream.of(instances).mapToObj(this::row).toList());
    }

    private Status status(int instance) {
        return store.find("order", claims.get(instance).id()).orElseThrow().status();
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
                        from workflow_instance i join workflow_step s on s.instance_pk = i.pk where i.pk = ?""").param(claims.get(instance).key()).query().listOfRows().stream()
                .map(Object.class::cast)
                .toList();
    }

    private void pause(int... instances) {
        IntStream.of(instances)
                .forEach(i -> store.pause("order", claims.get(i).id()).orElseThrow());
    }

    /** As PostgreSQL does it alone, as it does it with others, and as H2 does it. */
    private void assertTheSameIsStored(int alone, int together, int inTwo) {
        assertThat(sleeps.beginAndGiveUp(row(alone))).isOne();
        assertThat(sleep(together)).containsExactly(true);
        assertThat(transaction.<Integer>execute(status -> sleeps.beginAndGiveUpInTwo(row(inTwo))))
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
                .containsExactly(claims.get(3).id());
    }

    @Test
    void shareATransaction() {
        sleep(0, 1, 2);

        assertThat(jdbc.sql("select count(distinct xmin::text) from workflow_instance where status = 'waiting'")
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    @Test
    void leavesOutWhoseClaimIsStale() {
        store.release(claims.get(1), false);

        assertThat(sleep(0, 1, 2)).containsExactly(true, false, true);

        assertThat(status(1)).isEqualTo(Status.QUEUED);
        assertThat(asleep()).isEqualTo(2);
    }

    @Test
    void anInstanceWhoseSleepHasBegunBeforeStaysClaimed() {
        assertThat(store.sleep(claims.get(0), NAP, START, HOUR, false)).isEqualTo(Written.STORED);

        assertThat(sleep(0, 1)).containsExactly(false, true);
        assertThat(store.sleep(claims.get(0), NAP, START, HOUR, true)).isEqualTo(Written.EXISTS);

        assertThat(status(0)).isEqualTo(Status.RUNNING);
        assertThat(asleep()).isEqualTo(2);
    }

    @Test
    void waitsForNoInstanceThatSomebodyElseHasLocked() {
        List<Boolean> begun = transaction.execute(status -> {
            lock(0);
            return onAnotherThread(() -> sleep(0, 1)).join();
        });

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
                        () -> store.terminate("order", claims.get(0).id(), workflow -> HOUR)
                                .orElseThrow()))
                .isEqualTo(Written.STALE);

        assertThat(status(0)).isEqualTo(Status.TERMINATED);
        assertThat(asleep()).isZero();
    }

    @Test
    void thoseThatComeWhileOneIsWrittenShareATransaction() {
        List<Thread> others = IntStream.of(1, 2)
                .mapToObj(i -> new Thread(() -> store.sleep(claims.get(i), NAP, START, HOUR, true)))
                .toList();

        sleepWhileLockedFor(() -> {
            others.forEach(Thread::start);
            await().until(() -> others.stream().allMatch(it -> it.getState() == Thread.State.WAITING));
        });

        await().until(() -> others.stream().noneMatch(Thread::isAlive));
        assertThat(jdbc.sql("select count(distinct xmin::text) from workflow_instance where status = 'waiting'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
        assertThat(asleep()).isEqualTo(3);
    }

    /** What the store says of a sleep of the first, which waits for a transaction that does this. */
    private Written sleepWhileLockedFor(Runnable work) {
        CompletableFuture<Written> sleep = transaction.execute(status -> {
            lock(0);
            CompletableFuture<Written> waiting =
                    onAnotherThread(() -> store.sleep(claims.get(0), NAP, START, HOUR, true));
            awaitALockThatIsWaitedFor();
            work.run();
            return waiting;
        });
        return sleep.join();
    }

    private static <T> CompletableFuture<T> onAnotherThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, OwnThread::start).orTimeout(20, TimeUnit.SECONDS);
    }

    private void lock(int instance) {
        jdbc.sql("select pk from workflow_instance where pk = ? for update")
                .param(claims.get(instance).key())
                .query(Long.class)
                .single();
    }

    private void awaitALockThatIsWaitedFor() {
        await().until(() -> jdbc.sql("select count(*) from pg_locks where not granted"
                                + " and pid in (select pid from pg_stat_activity where datname = current_database())")
                        .query(Integer.class)
                        .single()
                == 1);
    }
}
