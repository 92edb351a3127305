package dev.workflows.crash;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** A plain step, a sleep, a wait for an event and a transactional step; an instance is held in the step that its id begins with. */
@Workflow(name = "voyage")
class VoyageWorkflow implements WorkflowEntrypoint<String, String> {

    static final String EVENT = "wind";

    private final Crash crash;
    private final JdbcClient jdbc;

    VoyageWorkflow(Crash crash, JdbcClient jdbc) {
        this.crash = crash;
        this.jdbc = jdbc;
    }

    /** The payload says how long it sleeps. */
    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) {
        String loaded = load();
        step.sleep("at anchor", Duration.parse(event.payload()));
        String wind = step.waitForEvent("for wind", WaitOptions.forType(EVENT, String.class))
                .payload();
        return loaded + " " + wind + " " + book() + " " + arrive();
    }

    @Step(retries = 0)
    String load() {
        return entered();
    }

    /** Its own statement fails when the database is gone: that is an attempt like any other. */
    @Step(retries = 100, delay = "200ms", backoff = Backoff.CONSTANT)
    @Transactional
    String book() {
        Journal.Entry entry = crash.entered();
        jdbc.sql("insert into ledger (instance, attempt) values (?, ?)")
                .params(entry.instance(), entry.attempt())
                .update();
        hold("book");
        return entry.step();
    }

    @Step(retries = 0)
    String arrive() {
        return entered();
    }

    private String entered() {
        String step = crash.entered().step();
        hold(step);
        return step;
    }

    static boolean isHeld(String instance) {
        return instance.matches("(load|book|arrive)-.*");
    }

    private void hold(String step) {
        String instance = StepContext.current().instanceId();
        if (instance.startsWith(step)) {
            crash.hold(instance);
        }
    }
}
