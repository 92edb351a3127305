package dev.workflows.crash;

import dev.workflows.CreateOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;

/** Starts the order whose id are its params, and waits for it. */
@Workflow
class ParentOfOrders implements WorkflowEntrypoint<String, List<String>> {

    private final WorkflowBinding<String, String> orders;

    ParentOfOrders(@Qualifier("ORDER") WorkflowBinding<String, String> orders) {
        this.orders = orders;
    }

    @Override
    public List<String> run(WorkflowEvent<String> event, WorkflowStep step) {
        String output = step.await(step.start(orders, CreateOptions.of("order").withId(event.payload())));
        return List.of("order", String.valueOf(output));
    }
}
