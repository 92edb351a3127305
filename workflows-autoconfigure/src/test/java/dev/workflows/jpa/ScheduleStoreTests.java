package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.Schedule;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.Firings;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.ScheduleKey;
import dev.workflows.store.Wake;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.OwnThread;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the store promises of schedules: whatever a firing changes is stored together, by one node at a time. */
class ScheduleStoreTests {

    private static final String WORKFLOW = "report";
    private static final ScheduleKey DAILY = new ScheduleKey("0 6 * * *", "UTC");
    private static final ScheduleKey HOURLY = new ScheduleKey("0 * * * *", "Europe/Berlin");
    private static final Instant SIX = Instant.parse("2026-11-22T06:00:00Z");

    private HikariDataSource pool;
    private JpaWorkflowStore store;

    private void open(TestDatabase database) {
        pool = TestDatabase.pool(database.newUrl());
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
    }

    @AfterEach
    void close() {
        store.close();
        pool.close();
    }

    @OnEveryDatabase
    void schedulesAreStoredAsTheyAreReturned(TestDatabase database) {
        open(database);
        assertThat(store.fire(WORKFLOW, to(Map.of(DAILY, SIX, HOURLY, SIX))).last())
                .containsOnlyKeys(DAILY, HOURLY);
        store.fire("other", to(Map.of(DAILY, SIX)));

        store.fire(WORKFLOW, to(Map.of(DAILY, SIX.plusSeconds(60))));

        assertThat(stored(WORKFLOW)).isEqualTo(Map.of(DAILY, SIX.plusSeconds(60)));
        assertThat(stored("other")).isEqualTo(Map.of(DAILY, SIX));
    }

    @OnEveryDatabase
    void aScheduleInAnotherZoneIsAnotherOne(TestDatabase database) {
        open(database);
        ScheduleKey elsewhere = new ScheduleKey(DAILY.cron(), "Asia/Tokyo");

        store.fire(WORKFLOW, to(Map.of(DAILY, SIX, elsewhere, SIX.plusSeconds(1))));

        assertThat(stored(WORKFLOW)).isEqualTo(Map.of(DAILY, SIX, elsewhere, SIX.plusSeconds(1)));
    }

    @OnEveryDatabase
    void theTimeIsThatOfTheDatabase(TestDatabase database) {
        open(database);

        Instant now = store.fire(WORKFLOW, firings -> firings).now();

        // it runs on this machine
        assertThat(now).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    }

    @OnEveryDatabase
    void anInstanceAndItsFiringAreStoredTogether(TestDatabase database) {
        open(database);

        store.fire(WORKFLOW, firings -> {
            assertThat(store.create(List.of(scheduled("a")))).containsOnlyKeys("a");
            return new Firings(firings.now(), Map.of(DAILY, SIX));
        });

        assertThat(stored(WORKFLOW)).isEqualTo(Map.of(DAILY, SIX));
        assertThat(claim().schedule()).isEqualTo(new Schedule(DAILY.cron(), SIX));
    }

    @OnEveryDatabase
    void neitherIsStoredIfTheNodeFailsInBetween(TestDatabase database) {
        open(database);

        assertThatThrownBy(() -> store.fire(WORKFLOW, firings -> {
                    store.create(List.of(scheduled("a")));
                    throw new IllegalArgumentException("dies here");
                }))
                .hasMessage("dies here");

        assertThat(stored(WORKFLOW)).isEmpty();
        assertThat(store.find(WORKFLOW, "a")).isEmpty();
    }

    @OnEveryDatabase
    void aFiringWhoseInstanceExistsIsStoredAllTheSame(TestDatabase database) {
        open(database);
        store.create(List.of(scheduled("a")));

        store.fire(WORKFLOW, firings -> {
            assertThat(store.create(List.of(scheduled("a")))).isEmpty();
            return new Firings(firings.now(), Map.of(DAILY, SIX));
        });

        assertThat(stored(WORKFLOW)).isEqualTo(Map.of(DAILY, SIX));
    }

    @OnEveryDatabase
    void aSecondNodeWaitsForTheFirstAndSeesWhatItFired(TestDatabase database) throws Exception {
        open(database);
        store.fire(WORKFLOW, to(Map.of(DAILY, SIX)));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);

        CompletableFuture<Firings> first = CompletableFuture.supplyAsync(
                () -> store.fire(WORKFLOW, firings -> {
                    inside.countDown();
                    awaitUninterruptibly(leave);
                    return new Firings(firings.now(), Map.of(DAILY, SIX.plusSeconds(60)));
                }),
                OwnThread::start);
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Map<ScheduleKey, Instant>> second =
                CompletableFuture.supplyAsync(() -> stored(WORKFLOW), OwnThread::start);
        // it gets in nowhere but through the lock, and another workflow is in nobody's way
        assertThat(stored("other")).isEmpty();
        leave.countDown();

        assertThat(first.get(10, TimeUnit.SECONDS).last()).containsEntry(DAILY, SIX.plusSeconds(60));
        assertThat(second.get(10, TimeUnit.SECONDS)).containsEntry(DAILY, SIX.plusSeconds(60));
    }

    @OnEveryDatabase
    void aTransactionOfTheCallersIsRefused(TestDatabase database) {
        open(database);
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));

        assertThatIllegalStateException()
                .isThrownBy(() -> transaction.execute(status -> store.fire(WORKFLOW, firings -> firings)));
    }

    @OnEveryDatabase
    void onlyScheduledInstancesThatHaveNotEndedAreUnfinished(TestDatabase database) {
        open(database);
        store.join("node", "", Duration.ofMinutes(1));
        store.create(List.of(newInstance("by-hand", null)));
        assertThat(store.hasUnfinishedScheduled(WORKFLOW)).isFalse();

        store.end(claim(), Ending.complete("null", false), Duration.ofMinutes(1));
        store.create(List.of(scheduled("a")));
        assertThat(store.hasUnfinishedScheduled(WORKFLOW)).isTrue();
        assertThat(store.hasUnfinishedScheduled("other")).isFalse();

        Claim scheduled = claim();
        store.suspend(scheduled, Wake.after(Duration.ofDays(1)));
        assertThat(store.hasUnfinishedScheduled(WORKFLOW)).isTrue();

        store.fire(WORKFLOW, firings -> {
            assertThat(store.hasUnfinishedScheduled(WORKFLOW)).isTrue();
            return firings;
        });
    }

    @OnEveryDatabase
    void anEndedInstanceIsNoneThatIsUnfinished(TestDatabase database) {
        open(database);
        store.join("node", "", Duration.ofMinutes(1));
        store.create(List.of(scheduled("a")));

        store.end(claim(), Ending.complete("null", false), Duration.ofMinutes(1));

        assertThat(store.hasUnfinishedScheduled(WORKFLOW)).isFalse();
    }

    @OnEveryDatabase
    void severalAtOnceKeepTheirSchedules(TestDatabase database) {
        open(database);

        store.create(List.of(scheduled("a"), newInstance("b", null)));

        assertThat(store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), 2))
                .extracting(Claim::schedule)
                .containsExactlyInAnyOrder(new Schedule(DAILY.cron(), SIX), null);
    }

    private static UnaryOperator<Firings> to(Map<ScheduleKey, Instant> last) {
        return firings -> new Firings(firings.now(), last);
    }

    private Map<ScheduleKey, Instant> stored(String workflow) {
        return store.fire(workflow, firings -> firings).last();
    }

    private Claim claim() {
        List<Claim> claims = store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), 1);
        assertThat(claims).hasSize(1);
        return claims.get(0);
    }

    private static NewInstance scheduled(String id) {
        return newInstance(id, new Schedule(DAILY.cron(), SIX));
    }

    private static NewInstance newInstance(String id, @Nullable Schedule schedule) {
        NewInstance instance = new NewInstance(WORKFLOW, id, "{}", false, SIX, null, null, Map.of(), "1");
        return schedule == null ? instance : instance.scheduledBy(schedule);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
