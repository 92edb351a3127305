package dev.workflows.benchmarks;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;

/** So many trivial steps, and then one more pass over them if it is told to sleep. */
@Workflow(name = "counting", maxSteps = 1_000_000)
class CountingWorkflow implements WorkflowEntrypoint<CountingWorkflow.Plan, CountingWorkflow.Times> {

    /** @param replayed whether the instance leaves its thread when it is done, and comes back */
    record Plan(int steps, boolean replayed) {}

    /**
     * As {@link System#nanoTime} counts.
     *
     * @param entered when the last pass entered run
     * @param firstStep when the first step's body was entered
     * @param lastStep when the last one's was
     * @param end when the last pass came to its end
     */
    record Times(long entered, long firstStep, long lastStep, long end) {}

    @Override
    public Times run(WorkflowEvent<Plan> event, WorkflowStep step) throws Exception {
        long entered = System.nanoTime();
        long first = 0;
        long last = 0;
        for (int i = 0; i < event.payload().steps(); i++) {
            last = trivial();
            first = i == 0 ? last : first;
        }
        if (event.payload().replayed()) {
            step.sleep("once more", Duration.ofMillis(1));
        }
        return new Times(entered, first, last, System.nanoTime());
    }

    @Step(retries = 0)
    long trivial() {
        return System.nanoTime();
    }
}
