package dev.workflows.chaos;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import org.springframework.transaction.annotation.Transactional;

/** The child of a trip. */
@Workflow(name = Itinerary.PARCEL)
class ParcelWorkflow implements WorkflowEntrypoint<Integer, String> {

    private final Bodies bodies;

    ParcelWorkflow(Bodies bodies) {
        this.bodies = bodies;
    }

    @Override
    public String run(WorkflowEvent<Integer> event, WorkflowStep step) {
        String id = event.instanceId();
        return bodies.saw(id, "wrap", wrap(event.payload())) + "," + bodies.saw(id, "post", post(event.payload()));
    }

    @Step(retries = 0)
    String wrap(int params) {
        return bodies.work(params);
    }

    @Step(retries = 1000, delay = "100ms", backoff = Backoff.CONSTANT)
    @Transactional
    String post(int params) {
        return bodies.book(params);
    }
}
