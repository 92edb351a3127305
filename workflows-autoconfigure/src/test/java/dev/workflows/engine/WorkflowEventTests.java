package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.CreateOptions;
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
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code run} is told of its instance. */
class WorkflowEventTests {

    record Order(String article, int amount) {}

    @Workflow(name = "listener")
    static class Listener implements WorkflowEntrypoint<Order, String> {

        static final List<WorkflowEvent<Order>> EVENTS = new CopyOnWriteArrayList<>();

        @Override
        public String run(WorkflowEvent<Order> event, WorkflowStep step) {
            EVENTS.add(event);
            step.sleep("a replay", Duration.ofMillis(10));
            return event.instanceId();
        }
    }

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(Listener.class);

    @BeforeEach
    void forget() {
        Listener.EVENTS.clear();
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<Order, String> binding(TestDatabase database) {
        return APPLICATION.on(database).getBean("LISTENER", WorkflowBinding.class);
    }

    @OnEveryDatabase
    void theEventSaysWhatWasCreatedWhenAndOfWhichWorkflow(TestDatabase database) throws Exception {
        Instant before = Instant.now();
        WorkflowInstance<String> instance =
                binding(database).create(CreateOptions.of(new Order("tea", 2)).withId("order-1"));
        Instant after = Instant.now();
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(Listener.EVENTS).hasSize(2);
        WorkflowEvent<Order> event = Listener.EVENTS.get(0);
        assertThat(event.payload()).isEqualTo(new Order("tea", 2));
        assertThat(event.instanceId()).isEqualTo("order-1");
        assertThat(event.workflowName()).isEqualTo("listener");
        // as exact as databases are
        assertThat(event.timestamp()).isBetween(before.minusMillis(1), after.plusMillis(1));
        assertThat(Listener.EVENTS.get(1)).isEqualTo(event);
    }

    @OnEveryDatabase
    void anInstanceThatIsGivenNoIdHasAUuid(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = binding(database).create(new Order("tea", 2));

        assertThat(UUID.fromString(instance.id())).hasToString(instance.id());
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(instance.id());
    }
}
