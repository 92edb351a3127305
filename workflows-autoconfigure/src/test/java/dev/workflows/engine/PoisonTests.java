package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceFailedException;
import dev.workflows.Status;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows that nobody can run, among many that can be run. */
@ExtendWith(OutputCaptureExtension.class)
class PoisonTests {

    private static final int GOOD = 1_000;

    @Workflow
    static class CountingWorkflow implements WorkflowEntrypoint<Integer, Integer> {

        static final ConcurrentMap<String, Integer> RUNS = new ConcurrentHashMap<>();

        @Override
        public Integer run(WorkflowEvent<Integer> event, WorkflowStep step) {
            RUNS.merge(event.instanceId(), 1, Integer::sum);
            return event.payload() * 2;
        }
    }

    @OnEveryDatabase
    void rowsThatNobodyCanRunAreReportedAndStopNothing(TestDatabase database, CapturedOutput log) throws Exception {
        CountingWorkflow.RUNS.clear();
        String url = database.newUrl();
        try (ConfigurableApplicationContext application = TestApplication.on(url, CountingWorkflow.class)
                .with("workflows.worker.enabled=false")
                .start()) {
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            // due before all others
            insert(jdbc, "counting-workflow", "garbage", "{not JSON");
            insert(jdbc, "counting-workflow", "mistyped", "\"text\"");
            insert(jdbc, "counting-workflow", "blank", "");
            insert(jdbc, "gone-workflow", "forgotten", "{}");
            WorkflowBinding<Integer, Integer> binding = binding(application);
            IntStream.range(0, GOOD).forEach(binding::create);
        }

        try (ConfigurableApplicationContext application =
                TestApplication.on(url, CountingWorkflow.class).start()) {
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            await().atMost(Duration.ofMinutes(2)).until(() -> count(jdbc, "complete") == GOOD);

            WorkflowBinding<Integer, Integer> binding = binding(application);
            assertUnreadable(binding.get("garbage"));
            assertUnreadable(binding.get("mistyped"));
            assertUnreadable(binding.get("blank"));
            assertThat(jdbc.sql("select status from workflow_instance where id = 'forgotten'")
                            .query(String.class)
                            .single())
                    .isEqualTo(Status.QUEUED.word());
            assertThat(CountingWorkflow.RUNS).hasSize(GOOD).containsValue(1).doesNotContainValue(2);
            assertThat(log)
                    .contains("instance=garbage is errored: PayloadException: The params of instance \"garbage\"")
                    .contains("1 unfinished instances are of workflow \"gone-workflow\"");
            // and the next one runs as well
            assertThat(binding.create(21).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(42);
        }
    }

    private static void assertUnreadable(WorkflowInstance<Integer> instance) {
        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .withMessageContaining("PayloadException: The params of instance \"" + instance.id()
                        + "\" cannot be read back from JSON as java.lang.Integer");
    }

    @OnEveryDatabase
    void aCheckpointThatCannotBeReadEndsItsInstanceAndNoOther(TestDatabase database, CapturedOutput log)
            throws Exception {
        try (ConfigurableApplicationContext application =
                TestApplication.on(database.newUrl(), ScriptedWorkflow.class).start()) {
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            WorkflowInstance<Object> poisoned = asleep(application);
            WorkflowInstance<Object> good = asleep(application);
            jdbc.sql("update workflow_step set output = '{not JSON' where kind = 'step' and instance_pk ="
                            + " (select pk from workflow_instance where id = ?)")
                    .param(poisoned.id())
                    .update();

            wakeAll(jdbc);

            assertThat(good.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(7);
            assertThatExceptionOfType(InstanceFailedException.class)
                    .isThrownBy(() -> poisoned.await(ScriptedWorkflow.LONG_ENOUGH))
                    .withMessageContaining(
                            "PayloadException: The result of step \"number\" cannot be read back from JSON as int");
            assertThat(log).contains("instance=" + poisoned.id() + " is errored: PayloadException");
        }
    }

    private static WorkflowInstance<Object> asleep(ConfigurableApplicationContext application) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, (steps, step) -> {
            int number = steps.number(() -> 7);
            step.sleep("long", "1 hour");
            return number;
        });
        await().until(() -> instance.status().status() == Status.WAITING);
        return instance;
    }

    private static void wakeAll(JdbcClient jdbc) {
        jdbc.sql("update workflow_step set wake_at = current_timestamp where wake_at is not null")
                .update();
        jdbc.sql("update workflow_instance set due_at = current_timestamp where due_at is not null")
                .update();
    }

    private static void insert(JdbcClient jdbc, String workflow, String id, String params) {
        jdbc.sql("""
                        insert into workflow_instance
                            (workflow, id, status, params, epoch, due_at, interrupted, created_at)
                        values (?, ?, 'queued', ?, 0, current_timestamp, false, current_timestamp)""").params(workflow, id, params).update();
    }

    private static int count(JdbcClient jdbc, String status) {
        return jdbc.sql("select count(*) from workflow_instance where status = ?")
                .param(status)
                .query(Integer.class)
                .single();
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<Integer, Integer> binding(ConfigurableApplicationContext application) {
        return application.getBean("COUNTING_WORKFLOW", WorkflowBinding.class);
    }
}
