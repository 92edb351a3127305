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

    /** When the last pass entered run, its first step and its end, as {@link System#nanoTime} counts. */
    record Times(long entered, long firstStep, long end) {}

    @Override
    public Times run(WorkflowEvent<Plan> event, WorkflowStep step) throws Exception {
        long entered = System.nanoTime();
        long first = 0;
        for (int i = 0; i < event.payload().steps(); i++) {
            long at = trivial();
            first = i == 0 ? at : first;
        }
        if (event.payload().replayed()) {
            step.sleep("once more", Duration.ofMillis(1));
        }
        return new Times(entered, first, System.nanoTime());
    }

    @Step(retries = 0)
    long trivial() {
        return System.nanoTime();
    }
}
