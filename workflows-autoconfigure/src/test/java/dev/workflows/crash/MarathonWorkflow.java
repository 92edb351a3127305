package dev.workflows.crash;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Sleeps, retries, waits for two events, and branches. Its output says what it was sent, and who won its race. */
@Workflow(name = "marathon")
class MarathonWorkflow implements WorkflowEntrypoint<String, String> {

    static final String EVENT = "supplies";

    private static final Duration SHORT = Duration.ofMillis(30);

    private final Crash crash;
    private final JdbcClient jdbc;

    MarathonWorkflow(Crash crash, JdbcClient jdbc) {
        this.crash = crash;
        this.jdbc = jdbc;
    }

    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
        step.sleep("warm up", SHORT);
        train();
        String first = supplies(step);
        book(first);
        step.all(() -> enter(step, "left"), () -> {
            step.sleep("rest", SHORT);
            return enter(step, "right");
        });
        String second = supplies(step);
        String winner = step.race("sprint", () -> enter(step, "1"), () -> enter(step, "2"));
        arrive();
        return "%s %s %s".formatted(first, second, winner);
    }

    private static String supplies(WorkflowStep step) {
        return step.waitForEvent("for supplies", WaitOptions.forType(EVENT, String.class))
                .payload();
    }

    private String enter(WorkflowStep step, String name) {
        return step.call(
                name,
                String.class,
                StepOptions.defaults().withRetries(0),
                () -> crash.entered().step());
    }

    /** Fails the first time. */
    @Step(retries = 1, delay = "50ms", backoff = Backoff.CONSTANT)
    void train() {
        if (crash.entered().attempt() == 1) {
            throw new IllegalStateException("not yet");
        }
    }

    @Step(retries = 0)
    @Transactional
    void book(String supplies) {
        Journal.Entry entry = crash.entered();
        jdbc.sql("insert into ledger (instance, attempt) values (?, ?)")
                .params(entry.instance() + " " + supplies, entry.attempt())
                .update();
    }

    @Step(retries = 0)
    void arrive() {
        crash.entered();
    }
}
