package dev.workflows.benchmarks;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;

/** As many calls of a trivial step as its params say; and one from outside. */
@Workflow(name = CallingWorkflow.NAME, maxSteps = 1_000_000)
class CallingWorkflow implements WorkflowEntrypoint<Integer, Long> {

    static final String NAME = "calling";

    private long calls;

    @Override
    public Long run(WorkflowEvent<Integer> event, WorkflowStep step) {
        long sum = 0;
        for (int i = 0; i < event.payload(); i++) {
            sum += next();
        }
        return sum;
    }

    @Step(retries = 0)
    long next() {
        return ++calls;
    }

    /** Without an instance, the step is a method like any other. */
    long call() {
        return next();
    }
}
