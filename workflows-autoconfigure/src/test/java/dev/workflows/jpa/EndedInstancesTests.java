package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewEvent;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Steered;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is deleted, by hand or when its retention has passed, and what is not, whoever else is at it. */
class EndedInstancesTests {

    private static final String WORKFLOW = "order";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Failure FAILURE = new Failure("IllegalStateException", "no luck", "");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HikariDataSource pool;
    private JpaWorkflowStore store;

    private void open(TestDatabase database) {
        pool = TestDatabase.pool(database.newUrl());
        pool.setMaximumPoolSize(12);
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        store.join("node", "", MINUTE);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        store.close();
        pool.close();
    }

    @OnEveryDatabase
    void anInstanceIsDeletedWithEverythingThatIsStoredOfIt(TestDatabase database) {
        open(database);
        fill("deleted", Duration.ofDays(30));
        fill("kept", Duration.ofDays(30));
        Map<String, Long> both = rows();
        assertThat(both.values()).as("rows of two instances in %s", both).allMatch(count -> count > 0);

        Steered steered = store.delete(WORKFLOW, "deleted").orElseThrow();

        assertThat(steered.applied()).isTrue();
        assertThat(rows())
                .allSatisfy((table, count) -> assertThat(count).as(table).isEqualTo(both.get(table) / 2));
        assertThat(store.find(WORKFLOW, "deleted")).isEmpty();
        assertThat(store.find(WORKFLOW, "kept")).isPresent();
        assertThat(store.delete(WORKFLOW, "deleted")).isEmpty();
    }

    @OnEveryDatabase
    void anExpiredInstanceIsDeletedWithEverythingThatIsStoredOfIt(TestDatabase database) {
        open(database);
        fill("expired", Duration.ZERO);
        fill("kept", Duration.ofDays(30));
        Map<String, Long> both = rows();

        assertThat(store.purge(10)).isEqualTo(1);

        assertThat(rows())
                .allSatisfy((table, count) -> assertThat(count).as(table).isEqualTo(both.get(table) / 2));
        assertThat(store.find(WORKFLOW, "kept")).isPresent();
    }

    @OnEveryDatabase
    void whatHasNotEndedIsNotDeleted(TestDatabase database) {
        open(database);
        create("queued");
        create("running");
        create("waiting");
        create("paused");
        create("waitingForPause");
        for (Claim claim : store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), 10)) {
            switch (claim.id()) {
                case "queued" -> store.release(claim, false);
                case "waiting" -> store.suspend(claim, Wake.after(MINUTE));
                default -> {}
            }
        }
        store.takeBack("node", key("paused"), 1);
        store.pause(WORKFLOW, "paused");
        store.pause(WORKFLOW, "waitingForPause");

        for (String id : List.of("queued", "running", "waiting", "paused", "waitingForPause")) {
            Steered steered = store.delete(WORKFLOW, id).orElseThrow();
            assertThat(steered.applied()).as(id).isFalse();
            assertThat(steered.from().word()).isEqualTo(id);
            assertThat(store.find(WORKFLOW, id)).as(id).isPresent();
        }
    }

    @OnEveryDatabase
    void ofADeletionAndARestartOneHappens(TestDatabase database) throws Exception {
        open(database);
        for (int round = 0; round < 20; round++) {
            String id = "race-" + round;
            fill(id, MINUTE);

            List<Optional<Steered>> outcome = together(List.of(
                    () -> store.delete(WORKFLOW, id), () -> store.restart(WORKFLOW, id, null, workflow -> MINUTE)));

            boolean deleted = outcome.get(0).orElseThrow().applied();
            boolean restarted = outcome.get(1).map(Steered::applied).orElse(false);
            assertThat(restarted).isNotEqualTo(deleted);
            assertThat(store.find(WORKFLOW, id).isPresent()).isEqualTo(restarted);
            assertThat(orphans()).isZero();
            store.terminate(WORKFLOW, id, workflow -> MINUTE);
        }
    }

    @OnEveryDatabase
    void ofASweepAndARestartOneHappens(TestDatabase database) throws Exception {
        open(database);
        for (int round = 0; round < 20; round++) {
            String id = "race-" + round;
            fill(id, Duration.ZERO);

            List<Object> outcome = together(List.of(
                    () -> store.purge(10),
                    () -> store.restart(WORKFLOW, id, null, workflow -> MINUTE).isPresent()));

            boolean restarted = (boolean) outcome.get(1);
            assertThat(outcome.get(0)).isEqualTo(restarted ? 0 : 1);
            assertThat(store.find(WORKFLOW, id).isPresent()).isEqualTo(restarted);
            assertThat(orphans()).isZero();
            store.terminate(WORKFLOW, id, workflow -> MINUTE);
        }
    }

    @OnEveryDatabase
    void nodesThatSweepTogetherDeleteEachInstanceOnce(TestDatabase database) throws Exception {
        open(database);
        int instances = 300;
        for (int from = 0; from < instances; from += 100) {
            store.create(IntStream.range(from, from + 100)
                    .mapToObj(i -> newInstance("i-" + i))
                    .toList());
        }
        JdbcClient.create(pool)
                .sql("update workflow_instance set status = 'complete', due_at = null, expires_at = created_at")
                .update();

        List<Integer> deleted = together(IntStream.range(0, 4)
                .<Callable<Integer>>mapToObj(node -> () -> {
                    int mine = 0;
                    int batch;
                    while ((batch = store.purge(7)) > 0) {
                        mine += batch;
                    }
                    return mine;
                })
                .toList());

        assertThat(deleted.stream().mapToInt(Integer::intValue).sum()).isEqualTo(instances);
        assertThat(rows())
                .allSatisfy((table, count) -> assertThat(count).as(table).isZero());
    }

    @OnEveryDatabase
    void aSweepLeavesWhatSomebodyElseHasLockedToTheNextTime(TestDatabase database) {
        open(database);
        fill("locked", Duration.ZERO);
        fill("free", Duration.ZERO);

        new TransactionTemplate(new JdbcTransactionManager(pool)).executeWithoutResult(status -> {
            JdbcClient.create(pool)
                    .sql("select pk from workflow_instance where id = 'locked' for update")
                    .query(Long.class)
                    .single();
            assertThat(inAnotherThread(() -> store.purge(10))).isEqualTo(1);
        });

        assertThat(store.find(WORKFLOW, "free")).isEmpty();
        assertThat(store.find(WORKFLOW, "locked")).isPresent();
        assertThat(store.purge(10)).isEqualTo(1);
    }

    /** An ended instance with a row in every table that can have one. */
    private void fill(String id, Duration keep) {
        create(id);
        store.send(WORKFLOW, id, new NewEvent("approval", "true", false));
        work(id, keep);
        store.restart(WORKFLOW, id, null, workflow -> MINUTE);
        work(id, keep);
    }

    private void work(String id, Duration keep) {
        Claim claim = store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), 1)
                .get(0);
        assertThat(claim.id()).isEqualTo(id);
        Instant now = claim.createdAt();
        StepKey step = new StepKey(StepKey.Kind.STEP, "charge", 1);
        store.attemptFailed(claim, new FailedAttempt(step, 1, now, now, FAILURE));
        store.append(claim, Checkpoint.completed(step, "1", 2, now, now));
        assertThat(store.end(claim, Ending.complete("1", false), keep)).isTrue();
    }

    private void create(String id) {
        assertThat(store.create(List.of(newInstance(id)))).containsKey(id);
    }

    private static NewInstance newInstance(String id) {
        Instant now = Instant.now().minusSeconds(60);
        return new NewInstance(WORKFLOW, id, "{}", false, now, null, null, Map.of("region", "eu"), "");
    }

    private long key(String id) {
        return JdbcClient.create(pool)
                .sql("select pk from workflow_instance where id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    /** How many rows there are in each table that holds something of instances, whichever those are. */
    private Map<String, Long> rows() {
        Map<String, Long> rows = new TreeMap<>();
        rows.put("workflow_instance", count("workflow_instance"));
        for (String table : tables()) {
            rows.put(table, count(table));
        }
        return rows;
    }

    private long orphans() {
        return tables().stream()
                .mapToLong(table -> count(table + " where instance_pk not in (select pk from workflow_instance)"))
                .sum();
    }

    private List<String> tables() {
        return JdbcClient.create(pool)
                .sql(
                        "select lower(table_name) from information_schema.columns where lower(column_name) = 'instance_pk'")
                .query(String.class)
                .list();
    }

    private long count(String from) {
        return JdbcClient.create(pool)
                .sql("select count(*) from " + from)
                .query(Long.class)
                .single();
    }

    private <T> T inAnotherThread(Callable<T> call) {
        try {
            return threads.submit(call).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> List<T> together(List<? extends Callable<? extends T>> calls) throws Exception {
        CyclicBarrier start = new CyclicBarrier(calls.size());
        List<Future<T>> futures = new ArrayList<>();
        for (Callable<? extends T> call : calls) {
            futures.add(threads.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                return call.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get(30, TimeUnit.SECONDS));
        }
        return results;
    }
}
