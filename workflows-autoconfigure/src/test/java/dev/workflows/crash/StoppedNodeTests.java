package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.test.OwnThread;
import dev.workflows.test.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** A node's application context is closed, and another one is started. No lease can run out meanwhile. */
class StoppedNodeTests {

    private static final String LEASE = "workflows.worker.lease=60 seconds";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void anAttemptThatEndsInTimeIsStoredAndTheNextStepIsLeftToTheNextStart(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first =
                    nodes.startHolding(CrashPoint.INSIDE_FIRST_STEP, "first", LEASE, "crash.hold=until-go");
            CompletableFuture<Void> closing = nodes.closing(first, "first");
            nodes.signals().raise("go");
            closing.get(20, TimeUnit.SECONDS);

            ConfigurableApplicationContext second = nodes.start("second", LEASE);

            assertThat(Nodes.output(second, CrashPoint.INSIDE_FIRST_STEP))
                    .isEqualTo("reserve#1@first charge#1@second confirm#1@second book#1@second ship#1@second");
            assertThat(nodes.journal().of("inside-first-step", "first")).isEqualTo("reserve#1");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void anAttemptThatDoesNotEndIsInterruptedAndCounts(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first = nodes.startHolding(
                    CrashPoint.BEFORE_COMMIT,
                    "first",
                    LEASE,
                    "workflows.worker.shutdown-timeout=100ms",
                    "crash.hold=forever");
            first.close();

            ConfigurableApplicationContext second = nodes.start("second", LEASE);

            assertThat(Nodes.output(second, CrashPoint.BEFORE_COMMIT)).endsWith("book#2@second ship#1@second");
            assertThat(nodes.journal().of("before-commit", "first")).isEqualTo("reserve#1 charge#1 confirm#1 book#1");
            assertThat(ledger(second)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "H2, INSIDE_SECOND_STEP",
        "H2, BEFORE_COMMIT",
        "POSTGRESQL, INSIDE_SECOND_STEP",
        "POSTGRESQL, BEFORE_COMMIT"
    })
    void aBodyThatIgnoresItsInterruptionIsHandedBackAndItsLateResultIsNothing(TestDatabase database, CrashPoint point)
            throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first = nodes.startHolding(
                    point, "first", LEASE, "workflows.worker.shutdown-timeout=100ms", "crash.hold=stubborn");
            first.close();
            String before = nodes.journal().of(point.instance(), "first");

            ConfigurableApplicationContext second = nodes.start("second", LEASE);

            String cutOff = point == CrashPoint.BEFORE_COMMIT ? "book" : "charge";
            assertThat(Nodes.output(second, point))
                    .contains(cutOff + "#2@second")
                    .endsWith("ship#1@second");
            nodes.letGo();
            assertThat(nodes.journal().of(point.instance(), "first"))
                    .isEqualTo(before)
                    .endsWith(cutOff + "#1");
            assertThat(ledger(second)).isEqualTo(1);
            assertThat(Nodes.output(second, point))
                    .contains(cutOff + "#2@second")
                    .endsWith("ship#1@second");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void anInstanceThatIsJustBeingTakenUpIsHandedBackAndNoAttemptIsCounted(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first = nodes.start("first", SlowHistory.class, LEASE);
            CrashApplication.create(first, "order");
            nodes.signals().awaitRaised("loading");
            CompletableFuture<Void> closing = CompletableFuture.runAsync(first::close, OwnThread::start);
            await().until(() -> closing.isDone() || nodes.signals().isRaised("draining-first"));
            nodes.signals().raise("go");
            closing.get(20, TimeUnit.SECONDS);

            ConfigurableApplicationContext second = nodes.start("second", LEASE);

            assertThat(CrashApplication.binding(second).get("order").await(Duration.ofSeconds(20)))
                    .isEqualTo("reserve#1@first charge#1@first confirm#1@first book#1@second ship#1@second");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void whatIsQueuedWhenTheNodeStopsIsRunByTheNextStart(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first = nodes.startHolding(
                    CrashPoint.INSIDE_FIRST_STEP,
                    "first",
                    LEASE,
                    "workflows.worker.concurrency=1",
                    "crash.hold=until-go");
            CrashApplication.create(first, "queued");
            CompletableFuture<Void> closing = nodes.closing(first, "first");
            nodes.signals().raise("go");
            closing.get(20, TimeUnit.SECONDS);

            ConfigurableApplicationContext second = nodes.start("second", LEASE);

            assertThat(CrashApplication.binding(second).get("queued").await(Duration.ofSeconds(20)))
                    .isEqualTo("reserve#1@second charge#1@second confirm#1@second book#1@second ship#1@second");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void whatIsCommittedOnlyAfterTheEngineHasStoppedRunsWhenItStartsAgain(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext node = nodes.start("first", LEASE);
            WorkflowEngine engine = node.getBean(WorkflowEngine.class);

            node.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                CrashApplication.create(node, "late");
                // as the container does, not within this transaction
                CompletableFuture.runAsync(engine::stop, OwnThread::start).join();
            });
            assertThat(nodes.journal().entries()).isEmpty();
            engine.start();

            assertThat(CrashApplication.binding(node).get("late").await(Duration.ofSeconds(20)))
                    .endsWith("ship#1@first");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void creatingWhileTheNodeStopsLosesNothing(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first = nodes.start("first", LEASE);
            WorkflowBinding<String, String> orders = CrashApplication.binding(first);
            Queue<String> accepted = new ConcurrentLinkedQueue<>();
            CompletableFuture<?>[] creators = IntStream.range(0, 2)
                    .mapToObj(creator -> CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < 40; i++) {
                                    String id = creator + "-" + i;
                                    orders.create(CreateOptions.of("order").withId(id));
                                    accepted.add(id);
                                }
                            },
                            OwnThread::start))
                    .toArray(CompletableFuture<?>[]::new);
            await().pollInterval(Duration.ofMillis(1)).until(() -> accepted.size() > 5);
            first.close();
            // until all are created, or one is refused because the database is closed
            CompletableFuture.allOf(creators).handle((done, refused) -> "").get(20, TimeUnit.SECONDS);

            ConfigurableApplicationContext second = nodes.start("second", LEASE);

            WorkflowBinding<String, String> again = CrashApplication.binding(second);
            await().atMost(Duration.ofSeconds(40))
                    .untilAsserted(() -> assertThat(accepted)
                            .allMatch(id -> again.get(id).status().status() == Status.COMPLETE));
            assertThat(ledger(second)).isGreaterThanOrEqualTo(accepted.size());
        }
    }

    private static int ledger(ConfigurableApplicationContext context) {
        return context.getBean(JdbcClient.class)
                .sql("select count(*) from ledger")
                .query(Integer.class)
                .single();
    }
}
