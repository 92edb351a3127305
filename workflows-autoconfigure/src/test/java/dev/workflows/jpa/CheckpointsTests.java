package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.StepKey;
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

/** What is stored of checkpoints that share a statement, and what is left out. */
@Timeout(60)
class CheckpointsTests {

    private static final String WORKFLOW = "order";
    private static final Instant START = Instant.parse("2026-11-22T06:00:00.123456Z");

    private HikariDataSource pool;
    private JpaWorkflowStore store;
    private PersistenceUnit unit;
    private JoinedTransactions transactions;
    private Checkpoints batch;

    @BeforeEach
    void open() {
        pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        unit = new PersistenceUnit(pool);
        transactions = new JoinedTransactions(pool, unit);
        batch = new Checkpoints(new JdbcTemplate(pool));
        store.join("node", "", Duration.ofHours(1));
    }

    @AfterEach
    void close() {
        unit.close();
        store.close();
        pool.close();
    }

    private List<Claim> claims(int count) {
        store.create(IntStream.range(0, count)
                .mapToObj(i -> new NewInstance(WORKFLOW, "i-" + i, "{}", false, START, null, null, Map.of(), ""))
                .toList());
        return store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), count);
    }

    private List<Boolean> insert(Checkpoints.Row... rows) {
        return transactions.own(() -> batch.insert(List.of(rows)));
    }

    private static Checkpoints.Row row(Claim claim, String scope, String name) {
        Checkpoint checkpoint = Checkpoint.completed(
                        new StepKey(StepKey.Kind.STEP, scope, name, 2),
                        "\"of " + name + "\"",
                        3,
                        START,
                        START.plusMillis(5))
                .withSensitive(true)
                .withDeclared(true);
        return new Checkpoints.Row(claim, checkpoint);
    }

    @Test
    void storesWhatALoneInsertStores() {
        Claim claim = claims(1).get(0);
        Checkpoints.Row alone = row(claim, "", "alone");
        store.append(claim, alone.checkpoint());

        assertThat(insert(row(claim, "", "one"), row(claim, "1.2", "one"))).containsExactly(true, true);

        List<Map<String, Object>> rows = JdbcClient.create(pool)
                .sql("select * from workflow_step order by name, scope")
                .query()
                .listOfRows();
        assertThat(rows).hasSize(3);
        assertThat(rows.get(2)).containsEntry("scope", "1.2");
        rows.forEach(it -> List.of("name", "scope", "output").forEach(it::remove));
        assertThat(rows.get(1)).isEqualTo(rows.get(0));
        assertThat(rows.get(2)).isEqualTo(rows.get(0));
        assertThat(store.history(claim).checkpoints().values())
                .contains(alone.checkpoint(), row(claim, "1.2", "one").checkpoint());
    }

    @Test
    void leavesOutWhoseClaimIsStale() {
        List<Claim> claims = claims(3);
        store.release(claims.get(1), false);

        assertThat(insert(row(claims.get(0), "", "a"), row(claims.get(1), "", "b"), row(claims.get(2), "", "c")))
                .containsExactly(true, false, true);

        assertThat(names()).containsExactly("a", "c");
    }

    @Test
    void ofTwoWithTheSameKeyTheFirstIsStored() {
        Claim claim = claims(1).get(0);

        assertThat(insert(row(claim, "", "same"), row(claim, "", "same"), row(claim, "", "other")))
                .containsExactly(true, false, true);

        assertThat(names()).containsExactly("other", "same");
    }

    @Test
    void leavesOutWhoseKeyIsTaken() {
        List<Claim> claims = claims(2);
        store.append(claims.get(0), row(claims.get(0), "", "taken").checkpoint());

        assertThat(insert(row(claims.get(0), "", "taken"), row(claims.get(0), "", "free"), row(claims.get(1), "", "c")))
                .containsExactly(false, true, true);

        assertThat(names()).containsExactly("c", "free", "taken");
    }

    @Test
    void waitsForNoInstanceThatSomebodyElseHasLocked() {
        List<Claim> claims = claims(2);
        TransactionTemplate other = new TransactionTemplate(new JdbcTransactionManager(pool));

        List<Boolean> stored = other.execute(status -> {
            JdbcClient.create(pool)
                    .sql("select pk from workflow_instance where pk = ? for update")
                    .param(claims.get(0).key())
                    .query(Long.class)
                    .single();
            return onAnotherThread(() -> insert(row(claims.get(0), "", "a"), row(claims.get(1), "", "b")));
        });

        assertThat(stored).containsExactly(false, true);
        assertThat(names()).containsExactly("b");
    }

    private static <T> T onAnotherThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, OwnThread::start)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private List<String> names() {
        return JdbcClient.create(pool)
                .sql("select name from workflow_step order by name")
                .query(String.class)
                .list();
    }
}
