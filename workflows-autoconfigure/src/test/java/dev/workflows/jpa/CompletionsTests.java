package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which instances complete together, and which are left out. */
@Timeout(60)
class CompletionsTests {

    private static final Instant START = Instant.parse("2026-11-22T06:00:00.123456Z");

    private HikariDataSource pool;
    private JpaWorkflowStore store;
    private Completions completions;
    private TransactionTemplate transaction;
    private List<Claim> claims;

    @BeforeEach
    void open() {
        pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        completions = new Completions(new JdbcTemplate(pool));
        transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
        store.join("node", "", Duration.ofHours(1));
        store.create(IntStream.range(0, 4)
                .mapToObj(i -> new NewInstance("order", "i-" + i, "{}", false, START, null, null, Map.of(), ""))
                .toList());
        claims = store.claim("node", List.of(InstanceQueue.unlimited("order")), 4);
    }

    @AfterEach
    void close() {
        store.close();
        pool.close();
    }

    private List<Boolean> complete(Completions.Row... rows) {
        return completions.complete(List.of(rows));
    }

    private Completions.Row row(int instance) {
        return row(instance, "\"output of " + instance + "\"");
    }

    private Completions.Row row(int instance, String output) {
        return new Completions.Row(claims.get(instance), Ending.complete(output, true), Duration.ofHours(1));
    }

    private InstanceState state(int instance) {
        return store.find("order", claims.get(instance).id()).orElseThrow();
    }

    @Test
    void storesWhatALoneUpdateStores() {
        store.end(claims.get(0), row(0, "\"same\"").ending(), Duration.ofHours(1));

        assertThat(complete(row(1, "\"same\""), row(2, "\"same\""))).containsExactly(true, true);

        List<Map<String, Object>> rows = JdbcClient.create(pool)
                .sql("select *, round(extract(epoch from expires_at - ended_at)) kept from workflow_instance"
                        + " where status = 'complete' order by pk")
                .query()
                .listOfRows();
        rows.forEach(row -> List.of("pk", "id", "ended_at", "expires_at").forEach(row::remove));
        assertThat(rows).hasSize(3).containsOnly(rows.get(0));
    }

    @Test
    void shareATransaction() {
        complete(row(0), row(1), row(2));

        assertThat(JdbcClient.create(pool)
                        .sql("select count(distinct xmin::text) from workflow_instance where status = 'complete'")
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    @Test
    void leavesOutWhoseClaimIsStale() {
        store.release(claims.get(1), false);

        assertThat(complete(row(0), row(1), row(2))).containsExactly(true, false, true);

        assertThat(state(1).status()).isEqualTo(Status.QUEUED);
        assertThat(state(2).output()).isEqualTo("\"output of 2\"");
        assertThat(state(3).status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void ofTwoEndsOfAClaimTheFirstCounts() {
        assertThat(complete(row(0, "\"first\""), row(0, "\"second\""), row(1))).containsExactly(true, false, true);

        assertThat(state(0).output()).isEqualTo("\"first\"");
    }

    @Test
    void waitsForNoInstanceThatSomebodyElseHasLocked() {
        List<Boolean> completed = transaction.execute(status -> {
            JdbcClient.create(pool)
                    .sql("select pk from workflow_instance where pk = ? for update")
                    .param(claims.get(0).key())
                    .query(Long.class)
                    .single();
            return CompletableFuture.supplyAsync(() -> complete(row(0), row(1)), OwnThread::start)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        });

        assertThat(completed).containsExactly(false, true);
        assertThat(state(0).status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void noneOfWhatIsStaleIsNoError() {
        claims.forEach(claim -> store.release(claim, false));

        assertThat(complete(row(0), row(1))).containsExactly(false, false);
    }
}
