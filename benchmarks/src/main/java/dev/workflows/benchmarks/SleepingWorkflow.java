package dev.workflows.benchmarks;

import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Sleeps for long, and counts who wakes up. */
@Workflow(name = "sleeping")
class SleepingWorkflow implements WorkflowEntrypoint<String, String> {

    private final AtomicInteger awake = new AtomicInteger();
    private final AtomicLong firstAwake = new AtomicLong();

    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
        step.sleep("for long", Duration.ofDays(300));
        if (awake.incrementAndGet() == 1) {
            firstAwake.set(System.nanoTime());
        }
        return "awake";
    }

    void begin() {
        awake.set(0);
    }

    int awake() {
        return awake.get();
    }

    /** When the first woke up, as {@link System#nanoTime} counts. */
    long firstAwake() {
        return firstAwake.get();
    }
}
