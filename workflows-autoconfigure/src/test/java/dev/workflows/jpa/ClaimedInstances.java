package dev.workflows.jpa;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.store.Claim;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.InstanceState;
import dev.workflows.store.NewInstance;
import dev.workflows.test.OwnThread;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Instances on a PostgreSQL database of their own, which one node has claimed. */
final class ClaimedInstances implements AutoCloseable {

    static final Instant START = Instant.parse("2026-11-22T06:00:00.123456Z");
    static final Duration HOUR = Duration.ofHours(1);

    private static final String WORKFLOW = "order";

    private final HikariDataSource pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
    private final JpaWorkflowStore store;
    private final List<Claim> claims;

    ClaimedInstances(int count) {
        this(count, UnaryOperator.identity());
    }

    /** @param last what becomes of the last one before it is created */
    ClaimedInstances(int count, UnaryOperator<NewInstance> last) {
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        store.join("node", "", HOUR);
        store.create(IntStream.range(0, count)
                .mapToObj(i -> i == count - 1 ? last.apply(created(i)) : created(i))
                .toList());
        claims = store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), count);
    }

    private static NewInstance created(int number) {
        return new NewInstance(WORKFLOW, "i-" + number, "{}", false, START, null, null, Map.of(), "");
    }

    JpaWorkflowStore store() {
        return store;
    }

    HikariDataSource pool() {
        return pool;
    }

    JdbcClient jdbc() {
        return JdbcClient.create(pool);
    }

    JdbcTemplate template() {
        return new JdbcTemplate(pool);
    }

    TransactionTemplate transaction() {
        return new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    Claim claim(int instance) {
        return claims.get(instance);
    }

    InstanceState state(int instance) {
        return store.find(WORKFLOW, claim(instance).id()).orElseThrow();
    }

    /** In how many transactions the instances of this status were written last. */
    int transactionsOf(String status) {
        return jdbc().sql("select count(distinct xmin::text) from workflow_instance where status = ?")
                .param(status)
                .query(Integer.class)
                .single();
    }

    /** What this gives on another thread, while the instance is locked by somebody else. */
    <T> T whileLocked(int instance, Supplier<T> work) {
        return transaction().execute(status -> {
            lock(instance);
            return onAnotherThread(work).join();
        });
    }

    /** For the rest of the caller's transaction. */
    void lock(int instance) {
        jdbc().sql("select pk from workflow_instance where pk = ? for update")
                .param(claim(instance).key())
                .query(Long.class)
                .single();
    }

    static <T> CompletableFuture<T> onAnotherThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, OwnThread::start).orTimeout(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        store.close();
        pool.close();
    }
}
