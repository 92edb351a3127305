package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.ChildInstance;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Parent;
import dev.workflows.store.Reception;
import dev.workflows.store.StartedChild;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the contracts of the store have at hand, whatever the database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WorkflowStoreContract implements OnDatabase {

    private static final List<String> TABLES = List.of(
            "workflow_instance",
            "workflow_step",
            "workflow_attempt",
            "workflow_event",
            "workflow_label",
            "workflow_node");
    static final String WORKFLOW = "order";
    static final StepKey STEP = new StepKey(StepKey.Kind.STEP, "charge", 1);
    static final StepKey WAIT = new StepKey(StepKey.Kind.WAIT, "for approval", 1);
    static final String CHILD_WORKFLOW = "payment";
    static final StepKey CHILD = new StepKey(StepKey.Kind.CHILD, CHILD_WORKFLOW, 1);
    static final StepKey RESULT =
            new StepKey(StepKey.Kind.CHILD_RESULT, StepKey.ANY_BRANCH, CHILD_WORKFLOW + "/child", 1);
    static final StepKey SLEEP = new StepKey(StepKey.Kind.SLEEP, "cool down", 1);
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MICROS);
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration RUN_OUT = Duration.ZERO;

    private final AtomicInteger ids = new AtomicInteger();
    final ExecutorService threads = Executors.newCachedThreadPool();
    HikariDataSource pool;
    JpaWorkflowStore store;
    TransactionTemplate transaction;

    @BeforeAll
    void open() {
        pool = TestDatabase.pool(database().newUrl());
        pool.setMaximumPoolSize(12);
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    @AfterAll
    void close() {
        threads.shutdownNow();
        store.close();
        pool.close();
    }

    @BeforeEach
    void empty() {
        TABLES.forEach(
                table -> JdbcClient.create(pool).sql("delete from " + table).update());
        store.join("first", "", MINUTE);
        store.join("second", "", MINUTE);
    }

    Claim createdAndClaimed(String node) {
        create(null);
        return claim(node);
    }

    void create(String owner) {
        String id = "i-" + ids.incrementAndGet();
        assertThat(store.create(List.of(newInstance(id, owner)))).containsOnlyKeys(id);
    }

    static NewInstance newInstance(String id, @Nullable String owner) {
        return new NewInstance(WORKFLOW, id, "{}", false, NOW, owner, null, Map.of(), "");
    }

    Claim claim(String node) {
        List<Claim> claims = store.claim(node, List.of(InstanceQueue.unlimited(WORKFLOW)), 1);
        assertThat(claims).hasSize(1);
        return claims.get(0);
    }

    static Checkpoint completed(String output) {
        return Checkpoint.completed(STEP, "\"" + output + "\"", 1, NOW, NOW);
    }

    static FailedAttempt failed(int number) {
        return new FailedAttempt(STEP, number, NOW, NOW, new Failure("LateException", "late", "at late"));
    }

    String output(Claim claim) {
        return store.checkpoint(claim, STEP).orElseThrow().output();
    }

    static StartedChild startChild(WorkflowStore store, Claim parent, String id) {
        return startChild(store, parent, id, 1);
    }

    static StartedChild startChild(WorkflowStore store, Claim parent, String id, int occurrence) {
        StepKey key = new StepKey(CHILD.kind(), CHILD.name(), occurrence);
        FailedAttempt taken = new FailedAttempt(key, 1, NOW, NOW, new Failure("Taken", "taken", ""));
        return store.startChild(
                parent,
                newChild(id, new Parent(parent.key(), false)),
                Checkpoint.completed(key, id, 1, NOW, NOW),
                Checkpoint.failed(taken));
    }

    static NewInstance newChild(String id, @Nullable Parent parent) {
        NewInstance child = new NewInstance(CHILD_WORKFLOW, id, "{}", false, NOW, null, null, Map.of(), "");
        return parent == null ? child : child.childOf(parent);
    }

    static Reception awaitChild(WorkflowStore store, Claim parent, String id) {
        return store.awaitChild(parent, RESULT, new ChildInstance<>(CHILD_WORKFLOW, id), NOW, true)
                .orElseThrow();
    }

    <T> List<T> together(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(calls, 30, TimeUnit.SECONDS)) {
            results.add(future.get());
        }
        return results;
    }

    /** Everything that is stored. */
    Map<String, List<Map<String, Object>>> tables() {
        Map<String, List<Map<String, Object>>> tables = new HashMap<>();
        for (String table : TABLES) {
            tables.put(
                    table,
                    JdbcClient.create(pool)
                            .sql("select * from " + table + " order by 1")
                            .query()
                            .listOfRows());
        }
        return tables;
    }
}
