package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.InstancePage;
import dev.workflows.InstanceQuery;
import dev.workflows.InstanceQuery.Order;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.InstanceSummary;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.RecordedStatements;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Instances as an application lists them. */
class ListTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, RecordedStatements.class);

    /** In the labels of all instances of a test, so that it sees no others. */
    private final String test = UUID.randomUUID().toString();

    private final InstanceQuery ofThisTest = InstanceQuery.all().withLabel("test", test);

    @OnEveryDatabase
    void aSummarySaysWhereAnInstanceStands(TestDatabase database) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Instant before = Instant.now().minusSeconds(1).truncatedTo(ChronoUnit.MICROS);
        create(database, "complete", (steps, step) -> "output").await(ScriptedWorkflow.LONG_ENOUGH);
        WorkflowInstance<Object> errored = create(database, "errored", (steps, step) -> {
            throw new IllegalStateException("no luck");
        });
        awaitStatus(errored, Status.ERRORED);
        WorkflowInstance<Object> waiting = create(database, "waiting", (steps, step) -> {
            step.sleep("long", "1 hour");
            return null;
        });
        awaitStatus(waiting, Status.WAITING);
        create(database, "running", (steps, step) -> {
            goOn.await();
            return null;
        });
        try {
            List<InstanceSummary> listed = binding(database).list(ofThisTest).instances();

            assertThat(listed)
                    .extracting(InstanceSummary::id)
                    .containsExactly(ids("running", "waiting", "errored", "complete"));
            assertThat(listed)
                    .extracting(InstanceSummary::status)
                    .containsExactly(Status.RUNNING, Status.WAITING, Status.ERRORED, Status.COMPLETE);
            assertThat(listed)
                    .extracting(InstanceSummary::error)
                    .containsExactly(null, null, new InstanceError("IllegalStateException", "no luck"), null);
            assertThat(listed).allSatisfy(summary -> {
                assertThat(summary.createdAt()).isBetween(before, Instant.now());
                assertThat(summary.labels())
                        .isEqualTo(Map.of("test", test, "name", summary.id().split("-")[0]));
            });
            assertThat(listed.subList(0, 2)).allMatch(summary -> summary.endedAt() == null);
            assertThat(listed.subList(2, 4))
                    .allSatisfy(summary -> assertThat(summary.endedAt())
                            .isBetween(
                                    summary.createdAt().minusSeconds(5),
                                    Instant.now().plusSeconds(5)));
        } finally {
            goOn.countDown();
            waiting.terminate();
        }
    }

    @OnEveryDatabase
    void instancesAreListedByStatusLabelTimeAndPrefix(TestDatabase database) throws Exception {
        for (String name : List.of("a_b", "a-b", "axb", "b")) {
            create(database, name, (steps, step) -> {
                if (name.equals("b")) {
                    step.sleep("long", "1 hour");
                }
                return null;
            });
        }
        InstanceSummary axb = binding(database)
                .list(ofThisTest.withLabel("name", "axb"))
                .instances()
                .get(0);
        awaitStatus(binding(database).get("b-" + test), Status.WAITING);
        for (String name : List.of("a_b", "a-b", "axb")) {
            binding(database).get(name + "-" + test).await(ScriptedWorkflow.LONG_ENOUGH);
        }

        assertThat(list(database, ofThisTest)).containsExactly(ids("b", "axb", "a-b", "a_b"));
        assertThat(list(database, ofThisTest.withOrder(Order.OLDEST_FIRST)))
                .containsExactly(ids("a_b", "a-b", "axb", "b"));
        assertThat(list(database, ofThisTest.withIdPrefix("a"))).containsExactly(ids("axb", "a-b", "a_b"));
        assertThat(list(database, ofThisTest.withIdPrefix("a_"))).containsExactly(ids("a_b"));
        assertThat(list(database, ofThisTest.withIdPrefix("a%"))).isEmpty();
        assertThat(list(database, ofThisTest.withIdPrefix("a\0"))).isEmpty();
        assertThat(list(database, ofThisTest.withIdPrefix(""))).hasSize(4);
        assertThat(list(database, ofThisTest.withStatus(Status.WAITING, Status.ERRORED, Status.WAITING)))
                .containsExactly(ids("b"));
        assertThat(list(database, ofThisTest.withStatus(Status.COMPLETE))).containsExactly(ids("axb", "a-b", "a_b"));
        assertThat(list(database, ofThisTest.withStatus(Status.COMPLETE, Status.WAITING)))
                .hasSize(4);
        assertThat(list(database, ofThisTest.withStatus())).hasSize(4);
        assertThat(list(database, ofThisTest.withCreatedSince(axb.createdAt()))).containsExactly(ids("b", "axb"));
        assertThat(list(database, ofThisTest.withCreatedBefore(axb.createdAt())))
                .containsExactly(ids("a-b", "a_b"));
        assertThat(list(database, ofThisTest.withLabel("name", "a-b"))).containsExactly(ids("a-b"));
        assertThat(list(database, ofThisTest.withLabel("name", "a%"))).isEmpty();
        assertThat(list(database, InstanceQuery.all().withIdPrefix("a_b-" + test)))
                .containsExactly(ids("a_b"));
        binding(database).get("b-" + test).terminate();
    }

    @OnEveryDatabase
    void aListGoesOnWhereThePageBeforeEnded(TestDatabase database) {
        List<CreateOptions<Object>> batch = IntStream.range(0, 7)
                .mapToObj(i -> CreateOptions.of(null).withId(i + "-" + test).withLabel("test", test))
                .toList();
        inTransaction(database, () -> {
            binding(database).createBatch(batch);
            List<Integer> sizes = new ArrayList<>();
            List<String> listed = new ArrayList<>();
            InstanceQuery query = ofThisTest.withLimit(3);
            InstancePage page;
            do {
                page = binding(database).list(query);
                sizes.add(page.instances().size());
                page.instances().forEach(instance -> listed.add(instance.id()));
                query = query.withCursor(page.nextCursor());
            } while (page.nextCursor() != null);

            // seen by the transaction that created them, the last of the batch first
            assertThat(sizes).containsExactly(3, 3, 1);
            assertThat(listed).containsExactly(ids("6", "5", "4", "3", "2", "1", "0"));
        });
        assertThat(list(database, ofThisTest)).as("after the rollback").isEmpty();
    }

    @OnEveryDatabase
    void aPageThatIsJustFullIsTheLastIfThereIsNoMore(TestDatabase database) {
        inTransaction(database, () -> {
            binding(database)
                    .createBatch(List.of(
                            CreateOptions.of(null).withLabel("test", test),
                            CreateOptions.of(null).withLabel("test", test)));

            assertThat(binding(database).list(ofThisTest.withLimit(2)).nextCursor())
                    .isNull();
            assertThat(binding(database).list(ofThisTest.withLimit(1)).nextCursor())
                    .isNotNull();
            assertThat(binding(database).list(ofThisTest.withLabel("more", "none")))
                    .isEqualTo(new InstancePage(List.of(), null));
        });
    }

    @OnEveryDatabase
    void aPageCostsTwoStatementsHoweverManyInstancesItHas(TestDatabase database) {
        inTransaction(database, () -> {
            binding(database)
                    .createBatch(IntStream.range(0, 100)
                            .mapToObj(i -> CreateOptions.of(null).withLabel("test", test))
                            .toList());
            RecordedStatements statements = APPLICATION.on(database).getBean(RecordedStatements.class);
            statements.clear();

            assertThat(binding(database).list(ofThisTest.withLimit(1000)).instances())
                    .hasSize(100);

            assertThat(statements.all().stream().filter(it -> it.contains("workflow_label")))
                    .hasSize(2);
            assertThat(statements.all()).noneMatch(it -> it.contains("params") || it.contains("output"));
        });
    }

    @Test
    void aPageHasOneToAThousandInstances() {
        assertThat(InstanceQuery.all().limit()).isEqualTo(50);
        assertThat(InstanceQuery.all().withLimit(1).withLimit(1000).limit()).isEqualTo(1000);
        for (int limit : new int[] {0, -1, 1001}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> InstanceQuery.all().withLimit(limit))
                    .withMessage("A page has 1 to 1000 instances, not " + limit);
        }
    }

    @Test
    void aLabelThatNoInstanceCanHaveIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InstanceQuery.all().withLabel("no name", "value"))
                .withMessageStartingWith("Label name \"no name\" is malformed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InstanceQuery.all().withLabel("name", "\0"));
    }

    @OnEveryDatabase
    void aCursorOfSomebodyElseIsRefused(TestDatabase database) {
        for (String cursor : List.of("", "2", "bm90aGluZw", "MjAyNi0wMS0wMVQwMDowMDowMFo")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> binding(database).list(InstanceQuery.all().withCursor(cursor)))
                    .withMessage(
                            "Cursor \"%s\" is not one that a page had: ask with a page's nextCursor, or with none for "
                                            .formatted(cursor)
                                    + "the first page");
        }
    }

    @Test
    void aSummaryIsWrittenInCloudflaresWords() {
        Instant at = Instant.parse("2026-11-22T12:00:00Z");
        assertThat(JsonMapper.shared()
                        .writeValueAsString(
                                new InstanceSummary("a", Status.WAITING_FOR_PAUSE, at, null, Map.of("x", "y"), null)))
                .isEqualTo(
                        "{\"id\":\"a\",\"status\":\"waitingForPause\",\"createdAt\":\"2026-11-22T12:00:00Z\",\"endedAt\":null,"
                                + "\"labels\":{\"x\":\"y\"},\"error\":null}");
    }

    private WorkflowInstance<Object> create(TestDatabase database, String name, ScriptedWorkflow.Script script) {
        CreateOptions<Object> options = CreateOptions.of(null)
                .withId(name + "-" + test)
                .withLabel("test", test)
                .withLabel("name", name);
        return ScriptedWorkflow.create(APPLICATION.on(database), options, script);
    }

    private List<String> list(TestDatabase database, InstanceQuery query) {
        return binding(database).list(query).instances().stream()
                .map(InstanceSummary::id)
                .toList();
    }

    private String[] ids(String... names) {
        return List.of(names).stream().map(name -> name + "-" + test).toArray(String[]::new);
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().atMost(Duration.ofSeconds(60)).until(() -> instance.status().status() == status);
    }

    /** Rolled back, so that nothing of it runs. */
    private static void inTransaction(TestDatabase database, Runnable work) {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        new TransactionTemplate(application.getBean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            status.setRollbackOnly();
            work.run();
        });
    }

    private static WorkflowBinding<Object, Object> binding(TestDatabase database) {
        return ScriptedWorkflow.binding(APPLICATION.on(database));
    }
}
