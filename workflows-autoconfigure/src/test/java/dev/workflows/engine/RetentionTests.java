package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.Retention;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.store.WorkflowStore;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long ended instances are kept, as whoever knows best says; and that they are then deleted. */
class RetentionTests {

    private static final Retention OWN = new Retention(Duration.ofHours(1), Duration.ofHours(2));

    @RegisterExtension
    static final SharedApplication UNCONFIGURED = SharedApplication.of(PlainWorkflow.class, SpecialWorkflow.class);

    @RegisterExtension
    static final SharedApplication CONFIGURED = SharedApplication.of(PlainWorkflow.class, SpecialWorkflow.class)
            .with(
                    "workflows.retention.success=7 days",
                    "workflows.retention.error=14 days",
                    "workflows.definitions.special-workflow.retention.success=3 days",
                    "workflows.definitions.special-workflow.retention.error=4 days");

    static class Ending implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return switch (event.payload()) {
                case "fail" -> throw new IllegalStateException("no luck");
                case "sleep" -> {
                    step.sleep("long", "1 hour");
                    yield "slept";
                }
                default -> event.payload();
            };
        }
    }

    @Workflow
    static class PlainWorkflow extends Ending {}

    @Workflow
    static class SpecialWorkflow extends Ending {}

    @OnEveryDatabase
    void anInstanceIsKeptForThirtyDaysByDefault(TestDatabase database) {
        assertThat(kept(UNCONFIGURED, database, "PLAIN_WORKFLOW", null))
                .isEqualTo(new Retention(Duration.ofDays(30), Duration.ofDays(30)));
    }

    @OnEveryDatabase
    void theConfigurationSaysHowLongThoseOfAllWorkflowsAreKept(TestDatabase database) {
        assertThat(kept(CONFIGURED, database, "PLAIN_WORKFLOW", null))
                .isEqualTo(new Retention(Duration.ofDays(7), Duration.ofDays(14)));
    }

    @OnEveryDatabase
    void theConfigurationSaysHowLongThoseOfOneWorkflowAreKept(TestDatabase database) {
        assertThat(kept(CONFIGURED, database, "SPECIAL_WORKFLOW", null))
                .isEqualTo(new Retention(Duration.ofDays(3), Duration.ofDays(4)));
    }

    @OnEveryDatabase
    void whatAnInstanceIsCreatedWithCountsMost(TestDatabase database) {
        assertThat(kept(CONFIGURED, database, "SPECIAL_WORKFLOW", OWN)).isEqualTo(OWN);
        assertThat(kept(CONFIGURED, database, "PLAIN_WORKFLOW", OWN)).isEqualTo(OWN);
        assertThat(kept(UNCONFIGURED, database, "PLAIN_WORKFLOW", OWN)).isEqualTo(OWN);
    }

    @OnEveryDatabase
    void aTerminatedInstanceIsKeptAsAFailedOne(TestDatabase database) {
        assertThat(keptWhenTerminated(database, null)).isEqualTo(Duration.ofDays(4));
        assertThat(keptWhenTerminated(database, OWN)).isEqualTo(OWN.error());
    }

    @OnEveryDatabase
    void sweepersOfTwoNodesDeleteWhatHasExpiredAndNothingElse(TestDatabase database) {
        ConfigurableApplicationContext application = UNCONFIGURED.on(database);
        WorkflowBinding<String, String> binding = binding(application, "PLAIN_WORKFLOW");
        CreateOptions<String> brief = CreateOptions.of("brief")
                .withRetention(Retention.of(Duration.ZERO))
                .withLabel("kind", "swept");
        WorkflowInstance<String> kept = binding.create(CreateOptions.of("kept").withLabel("kind", "kept"));
        for (int i = 0; i < 3; i++) {
            binding.createBatch(Collections.nCopies(100, brief));
        }
        WorkflowStore store = application.getBean(WorkflowStore.class);
        ScheduledExecutorService first = Executors.newScheduledThreadPool(1);
        ScheduledExecutorService second = Executors.newScheduledThreadPool(1);
        try {
            new Sweeper(store, first, Duration.ofMillis(20)).start();
            new Sweeper(store, second, Duration.ofMillis(20)).start();

            await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                    .until(() -> count(application, "workflow_label where label_value = 'swept'") == 0);
        } finally {
            first.shutdownNow();
            second.shutdownNow();
        }
        assertThat(kept.status().status().isEnded()).isTrue();
        assertThat(count(application, "workflow_label where label_value = 'kept'"))
                .isEqualTo(1);
        assertThat(count(application, "workflow_label where instance_pk not in (select pk from workflow_instance)"))
                .isZero();
    }

    private static Retention kept(
            SharedApplication shared, TestDatabase database, String binding, Retention retention) {
        ConfigurableApplicationContext application = shared.on(database);
        return new Retention(
                keptAfterItsEnd(application, create(application, binding, "done", retention)),
                keptAfterItsEnd(application, create(application, binding, "fail", retention)));
    }

    private static Duration keptWhenTerminated(TestDatabase database, Retention retention) {
        ConfigurableApplicationContext application = CONFIGURED.on(database);
        WorkflowInstance<String> instance = create(application, "SPECIAL_WORKFLOW", "sleep", retention);
        instance.terminate();
        return keptAfterItsEnd(application, instance);
    }

    private static WorkflowInstance<String> create(
            ConfigurableApplicationContext application, String binding, String params, Retention retention) {
        CreateOptions<String> options = CreateOptions.of(params);
        return RetentionTests.<String, String>binding(application, binding)
                .create(retention == null ? options : options.withRetention(retention));
    }

    private static Duration keptAfterItsEnd(
            ConfigurableApplicationContext application, WorkflowInstance<String> instance) {
        await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                .until(() -> instance.status().status().isEnded());
        double seconds = application
                .getBean(JdbcClient.class)
                .sql("select extract(epoch from (expires_at - ended_at)) from workflow_instance where id = ?")
                .param(instance.id())
                .query(Double.class)
                .single();
        return Duration.ofSeconds(Math.round(seconds));
    }

    private static long count(ConfigurableApplicationContext application, String from) {
        return application
                .getBean(JdbcClient.class)
                .sql("select count(*) from " + from)
                .query(Long.class)
                .single();
    }

    @SuppressWarnings("unchecked")
    private static <P, R> WorkflowBinding<P, R> binding(ConfigurableApplicationContext application, String name) {
        return application.getBean(name, WorkflowBinding.class);
    }
}
