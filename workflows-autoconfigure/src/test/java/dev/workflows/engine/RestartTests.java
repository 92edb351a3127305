package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.RestartFrom;
import dev.workflows.Status;
import dev.workflows.StepOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Instances that are restarted from whatever became of them. */
class RestartTests {

    /** Becomes what its params say, and complete once it is restarted. */
    @Workflow(name = "second-try")
    static class SecondTry implements WorkflowEntrypoint<String, String> {

        private final Map<String, List<String>> bodies = new ConcurrentHashMap<>();
        private final Set<String> restarted = ConcurrentHashMap.newKeySet();

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            String instance = event.instanceId();
            step.call("first", String.class, once(), () -> enter(instance, "first"));
            step.call("second", String.class, once(), () -> enter(instance, "second"));
            if (!restarted.contains(instance)) {
                switch (Status.of(event.payload())) {
                    case ERRORED -> throw new IllegalStateException("outside of any step");
                    case COMPLETE -> {
                        return "at once";
                    }
                    default -> step.sleep("long", Duration.ofHours(1));
                }
            }
            return "restarted with " + event.payload();
        }

        private static StepOptions once() {
            return StepOptions.defaults().withRetries(0);
        }

        private String enter(String instance, String body) {
            bodies.computeIfAbsent(instance, any -> new CopyOnWriteArrayList<>())
                    .add(body);
            return body;
        }
    }

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(SecondTry.class);

    private static final Set<Status> STATUSES =
            Set.of(Status.WAITING, Status.PAUSED, Status.COMPLETE, Status.ERRORED, Status.TERMINATED);

    private final AtomicInteger ids = new AtomicInteger();

    @OnEveryDatabase
    void anInstanceIsRestartedFromWhateverStatusWithTheSameParams(TestDatabase database) throws Exception {
        for (Status status : STATUSES) {
            WorkflowInstance<String> instance = bring(database, status);

            workflow(database).restarted.add(instance.id());
            instance.restart();

            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("restarted with " + status);
            assertThat(bodies(database, instance)).containsExactly("first", "second", "first", "second");
        }
    }

    @OnEveryDatabase
    void whatWasFinishedBeforeAThrowIsKept(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = bring(database, Status.ERRORED);

        workflow(database).restarted.add(instance.id());
        instance.restart(RestartFrom.step("second"));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("restarted with errored");
        assertThat(bodies(database, instance)).containsExactly("first", "second", "second");
    }

    @OnEveryDatabase
    void whatTheInstanceDidBeforeStaysStored(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = bring(database, Status.ERRORED);

        workflow(database).restarted.add(instance.id());
        instance.restart();
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(query(database, instance, """
                        select g.generation || ' ' || g.status || ' ' || g.error_message
                        from workflow_generation g join workflow_instance i on i.pk = g.instance_pk where i.id = ?""")).containsExactly("1 errored outside of any step");
        assertThat(query(database, instance, """
                        select s.generation || ' ' || s.name
                        from workflow_step s join workflow_instance i on i.pk = s.instance_pk where i.id = ?"""))
                .containsExactlyInAnyOrder("1 first", "1 second", "2 first", "2 second");
    }

    private WorkflowInstance<String> bring(TestDatabase database, Status status) {
        WorkflowInstance<String> instance = binding(database)
                .create(CreateOptions.of(status.word())
                        .withId("%s-%d-%s".formatted(status.word(), ids.incrementAndGet(), UUID.randomUUID())));
        if (status != Status.COMPLETE && status != Status.ERRORED) {
            awaitStatus(instance, Status.WAITING);
        }
        if (status == Status.PAUSED) {
            instance.pause();
        }
        if (status == Status.TERMINATED) {
            instance.terminate();
        }
        awaitStatus(instance, status);
        return instance;
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().until(() -> instance.status().status() == status);
    }

    private static List<String> bodies(TestDatabase database, WorkflowInstance<String> instance) {
        return workflow(database).bodies.get(instance.id());
    }

    private static SecondTry workflow(TestDatabase database) {
        return APPLICATION.on(database).getBean(SecondTry.class);
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> binding(TestDatabase database) {
        return APPLICATION.on(database).getBean("SECOND_TRY", WorkflowBinding.class);
    }

    private static List<String> query(TestDatabase database, WorkflowInstance<?> instance, String sql) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql(sql)
                .param(instance.id())
                .query(String.class)
                .list();
    }
}
