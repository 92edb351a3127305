package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.PayloadException;
import dev.workflows.Status;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An instance that is started at most once, whoever asks for it and however often. */
class GetOrCreateTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(NoticeWorkflow.class)
            .withTables(
                    "create table notice (text varchar(200) not null)",
                    "create table ledger (entry varchar(200) primary key)");

    /** Writes down that it ran. */
    @Workflow
    static class NoticeWorkflow implements WorkflowEntrypoint<String, String> {

        private final JdbcClient jdbc;

        NoticeWorkflow(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            if (event.payload().equals("sleep")) {
                step.sleep("long", "1 hour");
            }
            jdbc.sql("insert into notice (text) values (?)")
                    .param(event.instanceId() + " " + event.payload())
                    .update();
            if (event.payload().equals("fail")) {
                throw new IllegalStateException("no luck");
            }
            return event.payload();
        }
    }

    private final String id = UUID.randomUUID().toString();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void shutDown() {
        threads.shutdownNow();
    }

    @OnEveryDatabase
    void theFirstCallCreatesAndEveryOtherGetsWhatIsThere(TestDatabase database) throws Exception {
        WorkflowBinding<String, String> binding = binding(APPLICATION.on(database));

        WorkflowInstance<String> first = binding.getOrCreate(options("first"));
        assertThat(first.id()).isEqualTo(id);
        assertThat(first.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("first");
        WorkflowInstance<String> second = binding.getOrCreate(options("second"));

        assertThat(second.id()).isEqualTo(id);
        assertThat(second.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("first");
        assertThat(notices(database)).containsExactly(id + " first");
    }

    @OnEveryDatabase
    void whatFailedOrWaitsIsNotStartedAgain(TestDatabase database) {
        WorkflowBinding<String, String> binding = binding(APPLICATION.on(database));
        for (String params : List.of("fail", "sleep")) {
            CreateOptions<String> options = CreateOptions.of(params).withId(id + params);
            WorkflowInstance<String> first = binding.getOrCreate(options);
            Status settled = params.equals("fail") ? Status.ERRORED : Status.WAITING;
            await().until(() -> first.status().status() == settled);

            assertThat(binding.getOrCreate(options).status()).isEqualTo(first.status());
        }
    }

    @OnEveryDatabase
    void anIdIsNeeded(TestDatabase database) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> binding(APPLICATION.on(database)).getOrCreate(CreateOptions.of("anonymous")))
                .withMessageContaining("workflow \"notice-workflow\"")
                .withMessageContaining("withId");
    }

    @OnEveryDatabase
    void paramsAreCheckedWhetherTheInstanceExistsOrNot(TestDatabase database) {
        WorkflowBinding<String, String> binding = binding(APPLICATION.on(database));
        CreateOptions<String> tooLarge = options("x".repeat(2_000_000));

        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> binding.getOrCreate(tooLarge));
        binding.getOrCreate(options("fine"));
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> binding.getOrCreate(tooLarge));
    }

    @OnEveryDatabase
    void ofRacingThreadsOneCreates(TestDatabase database) throws Exception {
        WorkflowBinding<String, String> binding = binding(APPLICATION.on(database));

        race(List.of(binding, binding, binding, binding));

        assertThat(notices(database)).hasSize(20);
    }

    @Test
    void ofRacingNodesOneCreates() throws Exception {
        String url = TestDatabase.POSTGRESQL.newUrl();
        try (ConfigurableApplicationContext first =
                        TestApplication.on(url, NoticeWorkflow.class).start();
                ConfigurableApplicationContext second =
                        TestApplication.on(url, NoticeWorkflow.class).start()) {
            JdbcClient jdbc = first.getBean(JdbcClient.class);
            jdbc.sql("create table notice (text varchar(200) not null)").update();

            race(List.of(binding(first), binding(second), binding(first), binding(second)));

            assertThat(jdbc.sql("select text from notice").query(String.class).list())
                    .doesNotHaveDuplicates()
                    .hasSize(20);
        }
    }

    /** Twenty instances, each asked for by all bindings at once; each has run once when this returns. */
    private void race(List<WorkflowBinding<String, String>> bindings) throws Exception {
        for (int round = 0; round < 20; round++) {
            CreateOptions<String> options = CreateOptions.of("race").withId(id + "-" + round);
            CyclicBarrier start = new CyclicBarrier(bindings.size());
            List<Future<String>> outputs = threads.invokeAll(bindings.stream()
                    .<Callable<String>>map(binding -> () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return binding.getOrCreate(options).await(ScriptedWorkflow.LONG_ENOUGH);
                    })
                    .toList());
            for (Future<String> output : outputs) {
                assertThat(output.get()).isEqualTo("race");
            }
        }
    }

    @OnEveryDatabase
    void aCallThatMeetsAnInstanceThatIsNotCommittedWaitsAndGetsIt(TestDatabase database) throws Exception {
        List<Future<String>> second = new ArrayList<>();

        transaction(database).executeWithoutResult(status -> {
            binding(APPLICATION.on(database)).getOrCreate(options("first"));
            second.add(threads.submit(() -> inTransaction(database, "second")));
        });

        assertThat(second.get(0).get(30, TimeUnit.SECONDS)).isEqualTo(id);
        assertThat(binding(APPLICATION.on(database)).get(id).await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("first");
        assertThat(ledger(database)).containsExactly(id + " second");
    }

    @OnEveryDatabase
    void aCallThatMeetsAnInstanceThatIsRolledBackCreatesIt(TestDatabase database) throws Exception {
        List<Future<String>> second = new ArrayList<>();

        transaction(database).executeWithoutResult(status -> {
            binding(APPLICATION.on(database)).getOrCreate(options("first"));
            second.add(threads.submit(() -> inTransaction(database, "second")));
            status.setRollbackOnly();
        });

        assertThat(second.get(0).get(30, TimeUnit.SECONDS)).isEqualTo(id);
        assertThat(binding(APPLICATION.on(database)).get(id).await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("second");
        assertThat(notices(database)).containsExactly(id + " second");
    }

    @OnEveryDatabase
    void ofRacingTransactionsNoneIsSpoilt(TestDatabase database) throws Exception {
        int racers = 4;
        CyclicBarrier start = new CyclicBarrier(racers);

        List<Future<String>> ids = threads.invokeAll(IntStream.range(0, racers)
                .<Callable<String>>mapToObj(racer -> () -> {
                    start.await(10, TimeUnit.SECONDS);
                    return inTransaction(database, "racer " + racer);
                })
                .toList());

        for (Future<String> got : ids) {
            assertThat(got.get()).isEqualTo(id);
        }
        assertThat(ledger(database)).hasSize(racers);
        binding(APPLICATION.on(database)).get(id).await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(notices(database)).hasSize(1);
    }

    /** Gets or creates, and writes on in the same transaction. */
    private String inTransaction(TestDatabase database, String params) {
        return transaction(database).execute(status -> {
            String got = binding(APPLICATION.on(database))
                    .getOrCreate(options(params))
                    .id();
            APPLICATION
                    .on(database)
                    .getBean(JdbcClient.class)
                    .sql("insert into ledger (entry) values (?)")
                    .param(id + " " + params)
                    .update();
            return got;
        });
    }

    private CreateOptions<String> options(String params) {
        return CreateOptions.of(params).withId(id);
    }

    private List<String> notices(TestDatabase database) {
        return select(database, "select text from notice where text like ?");
    }

    private List<String> ledger(TestDatabase database) {
        return select(database, "select entry from ledger where entry like ?");
    }

    private List<String> select(TestDatabase database, String sql) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql(sql)
                .param(id + "%")
                .query(String.class)
                .list();
    }

    private static TransactionTemplate transaction(TestDatabase database) {
        return new TransactionTemplate(APPLICATION.on(database).getBean(PlatformTransactionManager.class));
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> binding(ConfigurableApplicationContext application) {
        return application.getBean("NOTICE_WORKFLOW", WorkflowBinding.class);
    }
}
