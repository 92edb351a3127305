package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.workflows.BatchError;
import dev.workflows.BatchResult;
import dev.workflows.CreateOptions;
import dev.workflows.PayloadException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.FaultyDatabase;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.RecordedStatements;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Many instances created at once, on a node that hardly ever polls. */
class BatchTests {

    private static final int CONCURRENCY = 3;

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(LengthWorkflow.class, FaultyDatabase.class)
            .with(
                    "workflows.worker.poll-interval=1 hour",
                    "workflows.worker.concurrency=" + CONCURRENCY,
                    "workflows.limits.params=3MB");

    /** A node that only creates: nothing else asks the database for anything. */
    @RegisterExtension
    static final SharedApplication CREATING =
            SharedApplication.of(LengthWorkflow.class, RecordedStatements.class).with("workflows.worker.enabled=false");

    @Workflow
    static class LengthWorkflow implements WorkflowEntrypoint<String, Integer> {
        @Override
        public Integer run(WorkflowEvent<String> event, WorkflowStep step) {
            return event.payload().length();
        }
    }

    private final String id = UUID.randomUUID().toString();

    @OnEveryDatabase
    void aHundredInstancesCostOneStatementAndOneCommit(TestDatabase database) {
        ConfigurableApplicationContext application = CREATING.on(database);
        RecordedStatements statements = application.getBean(RecordedStatements.class);
        binding(application).createBatch(batch("warm up", 2));
        statements.clear();

        BatchResult<Integer> result = binding(application).createBatch(batch("params", 100));

        assertThat(result.created()).hasSize(100);
        assertThat(statements.ofThisThread())
                .hasSize(2)
                .element(0)
                .asString()
                .contains("insert into workflow_instance");
        assertThat(statements.ofThisThread()).element(1).isEqualTo(RecordedStatements.COMMIT);
    }

    @OnEveryDatabase
    void allInstancesOfABatchRunAlsoThoseThatMustQueue(TestDatabase database) throws Exception {
        BatchResult<Integer> result = binding(APPLICATION.on(database)).createBatch(batch("four", 100));

        assertThat(result.errors()).isEmpty();
        for (WorkflowInstance<Integer> instance : result.created()) {
            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(4);
        }
    }

    @OnEveryDatabase
    void instancesAreCreatedInTheOrderOfTheBatch(TestDatabase database) {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        List<String> ids =
                Stream.of("z", "m", "a", "k").map(it -> it + "-" + id).toList();

        BatchResult<Integer> result = binding(application)
                .createBatch(
                        ids.stream().map(it -> options("params").withId(it)).toList());

        assertThat(result.created()).extracting(WorkflowInstance::id).isEqualTo(ids);
        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("select id from workflow_instance where id like ? order by created_at")
                        .param("%-" + id)
                        .query(String.class)
                        .list())
                .isEqualTo(ids);
    }

    @OnEveryDatabase
    void takenIdsAreReportedAndTheOthersAreCreated(TestDatabase database) throws Exception {
        WorkflowBinding<String, Integer> binding = binding(APPLICATION.on(database));
        binding.create(options("before").withId(id)).await(ScriptedWorkflow.LONG_ENOUGH);

        BatchResult<Integer> result = binding.createBatch(List.of(
                options("new").withId(id + "-0"),
                options("again").withId(id),
                options("other").withId(id + "-0"),
                options("anonymous"),
                options("again").withId(id)));

        assertThat(result.created()).hasSize(2);
        assertThat(result.created().get(0).id()).isEqualTo(id + "-0");
        assertThat(result.created().get(0).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("new".length());
        assertThat(result.created().get(1).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("anonymous".length());
        assertThat(binding.get(id).status().output()).isEqualTo("before".length());
        assertThat(result.errors())
                .extracting(BatchError::index, BatchError::id, BatchError::code)
                .containsExactly(
                        tuple(1, id, BatchError.Code.ALREADY_EXISTS),
                        tuple(2, id + "-0", BatchError.Code.DUPLICATE_IN_BATCH),
                        tuple(4, id, BatchError.Code.DUPLICATE_IN_BATCH));
        assertThat(result.errors())
                .extracting(BatchError::message)
                .satisfiesExactly(
                        exists -> assertThat(exists)
                                .startsWith("Workflow \"length-workflow\" already has an instance \"" + id + "\""),
                        first -> assertThat(first)
                                .isEqualTo("The batch has an instance \"%s-0\" already, at index 0".formatted(id)),
                        second -> assertThat(second)
                                .isEqualTo("The batch has an instance \"%s\" already, at index 1".formatted(id)));
    }

    @OnEveryDatabase
    void aBatchOfWhichEveryIdIsTakenGivesItsSlotsBack(TestDatabase database) throws Exception {
        WorkflowBinding<String, Integer> binding = binding(APPLICATION.on(database));
        List<CreateOptions<String>> batch = IntStream.range(0, 10)
                .mapToObj(i -> options("params").withId(id + "-" + i))
                .toList();
        binding.createBatch(batch);

        for (int i = 0; i < 3; i++) {
            BatchResult<Integer> again = binding.createBatch(batch);
            assertThat(again.created()).isEmpty();
            assertThat(again.errors()).hasSize(10);
        }

        assertThat(binding.create("another").await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(7);
    }

    @OnEveryDatabase
    void nothingIsCreatedIfTheParamsOfOneCannotBeStored(TestDatabase database) {
        WorkflowBinding<String, Integer> binding = binding(APPLICATION.on(database));
        long before = count(database);

        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() ->
                        binding.createBatch(List.of(options("good"), options("x".repeat(4_000_000)), options("good"))))
                .withMessageStartingWith(
                        "The params of workflow \"length-workflow\", at index 1 of the batch: too large, 4,000,002 bytes");

        assertThat(count(database)).isEqualTo(before);
    }

    @Test
    void nothingIsCreatedIfOneIdIsMalformed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        List.of(options("good").withId("good"), options("bad").withId("no good")))
                .withMessageStartingWith("Instance id \"no good\" is malformed");
    }

    @OnEveryDatabase
    void aBatchHasOneToAHundredInstances(TestDatabase database) {
        WorkflowBinding<String, Integer> binding = binding(CREATING.on(database));

        assertThat(binding.createBatch(batch("params", 1)).created()).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> binding.createBatch(List.of()))
                .withMessage("A batch has 1 to 100 instances, not 0: nothing was created");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> binding.createBatch(batch("params", 101)))
                .withMessage("A batch has 1 to 100 instances, not 101: nothing was created");
    }

    @OnEveryDatabase
    void paramsOfAnySizeFitIntoABatch(TestDatabase database) throws Exception {
        // longer than H2's arrays take, and together longer than one statement is given
        List<Integer> lengths = List.of(5, 600_000, 2_000_000, 600_000, 0);

        BatchResult<Integer> result = binding(APPLICATION.on(database))
                .createBatch(lengths.stream()
                        .map(length -> options("x".repeat(length)))
                        .toList());

        List<Integer> outputs = new ArrayList<>();
        for (WorkflowInstance<Integer> instance : result.created()) {
            outputs.add(instance.await(ScriptedWorkflow.LONG_ENOUGH));
        }
        assertThat(outputs).isEqualTo(lengths);
    }

    @OnEveryDatabase
    void aBatchOfSeveralStatementsIsOneTransaction(TestDatabase database) {
        ConfigurableApplicationContext application = CREATING.on(database);
        RecordedStatements statements = application.getBean(RecordedStatements.class);
        statements.clear();

        binding(application).createBatch(batch("x".repeat(300_000), 10));

        assertThat(statements.all().stream().filter(it -> it.contains("insert into workflow_instance")))
                .hasSizeGreaterThan(1);
        assertThat(statements.ofThisThread().stream().filter(RecordedStatements.COMMIT::equals))
                .hasSize(1);
    }

    @OnEveryDatabase
    void aBatchBelongsToTheCallersTransaction(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        WorkflowBinding<String, Integer> binding = binding(application);
        TransactionTemplate transaction =
                new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        long before = count(database);

        // more often than there are slots: none may be lost
        for (int i = 0; i <= CONCURRENCY; i++) {
            transaction.executeWithoutResult(status -> {
                assertThat(binding.createBatch(batch("never", 5)).created()).hasSize(5);
                status.setRollbackOnly();
            });
        }
        assertThat(count(database)).isEqualTo(before);
        BatchResult<Integer> committed = transaction.execute(status -> binding.createBatch(batch("four", 5)));

        assertThat(committed.created()).hasSize(5);
        for (WorkflowInstance<Integer> instance : committed.created()) {
            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(4);
        }
    }

    @OnEveryDatabase
    void aBatchThatCannotBeWrittenCreatesNothingAndGivesItsSlotsBack(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        FaultyDatabase faulty = application.getBean(FaultyDatabase.class);
        long before = count(database);

        faulty.goAway();
        try {
            assertThatThrownBy(() -> binding(application).createBatch(batch("params", 5)))
                    .isInstanceOf(CannotCreateTransactionException.class);
        } finally {
            faulty.comeBack();
        }

        assertThat(count(database)).isEqualTo(before);
        assertThat(binding(application).create("four").await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(4);
    }

    @OnEveryDatabase
    void ofRacingBatchesEachIdIsCreatedByOne(TestDatabase database) throws Exception {
        WorkflowBinding<String, Integer> binding = binding(CREATING.on(database));
        int racers = 4;
        ExecutorService threads = Executors.newFixedThreadPool(racers);
        try {
            for (int round = 0; round < 10; round++) {
                String prefix = id + "-" + round + "-";
                CyclicBarrier start = new CyclicBarrier(racers);
                List<Future<BatchResult<Integer>>> results = threads.invokeAll(IntStream.range(0, racers)
                        .<Callable<BatchResult<Integer>>>mapToObj(racer -> () -> {
                            List<CreateOptions<String>> batch = new ArrayList<>(IntStream.range(0, 50)
                                    .mapToObj(i -> options("params").withId(prefix + i))
                                    .toList());
                            // whatever the order, they do not lock each other out
                            Collections.rotate(batch, racer * 13);
                            start.await(10, TimeUnit.SECONDS);
                            return binding.createBatch(batch);
                        })
                        .toList());

                List<String> created = new ArrayList<>();
                for (Future<BatchResult<Integer>> result : results) {
                    result.get().created().forEach(instance -> created.add(instance.id()));
                    assertThat(result.get().errors())
                            .allSatisfy(error -> assertThat(error.code()).isEqualTo(BatchError.Code.ALREADY_EXISTS))
                            .hasSize(50 - result.get().created().size());
                }
                assertThat(created).doesNotHaveDuplicates().hasSize(50);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anErrorIsWrittenInCloudflaresWords() {
        assertThat(JsonMapper.shared()
                        .writeValueAsString(new BatchError(3, "a", BatchError.Code.DUPLICATE_IN_BATCH, "message")))
                .isEqualTo(
                        "{\"index\":3,\"id\":\"a\",\"code\":\"instance.duplicate_in_batch\",\"message\":\"message\"}");
        assertThat(BatchError.Code.ALREADY_EXISTS).hasToString("instance.already_exists");
    }

    private static List<CreateOptions<String>> batch(String params, int size) {
        return Collections.nCopies(size, options(params));
    }

    private static CreateOptions<String> options(String params) {
        return CreateOptions.of(params);
    }

    private static long count(TestDatabase database) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select count(*) from workflow_instance")
                .query(Long.class)
                .single();
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, Integer> binding(ConfigurableApplicationContext application) {
        return application.getBean("LENGTH_WORKFLOW", WorkflowBinding.class);
    }
}
