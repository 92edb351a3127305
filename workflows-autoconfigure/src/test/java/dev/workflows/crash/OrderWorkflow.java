package dev.workflows.crash;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Every kind of step and wait. Its output lists the attempts that made the results, and which node made them. */
@Workflow(name = "order")
class OrderWorkflow implements WorkflowEntrypoint<String, String> {

    static final Duration LONG_SLEEP = Duration.ofSeconds(14);
    /** The wait after the second attempt at "confirm", as its annotation has it. */
    static final Duration LONG_RETRY_WAIT = Duration.ofSeconds(8);

    private final Crash crash;
    private final JdbcClient jdbc;

    OrderWorkflow(Crash crash, JdbcClient jdbc) {
        this.crash = crash;
        this.jdbc = jdbc;
    }

    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) {
        String instance = event.instanceId();
        String reserved = reserve();
        crash.reach(CrashPoint.BETWEEN_STEPS, instance);
        String charged = charge(reserved);
        String confirmed = confirm(charged);
        boolean caught = instance.equals(CrashPoint.INSIDE_SLEEP.instance());
        step.sleep("cool down", caught ? LONG_SLEEP : Duration.ofMillis(20));
        String booked = book(confirmed);
        return ship(booked);
    }

    @Step(retries = 0)
    String reserve() {
        String entry = crash.entered().result();
        crash.reach(CrashPoint.INSIDE_FIRST_STEP, StepContext.current().instanceId());
        return entry;
    }

    @Step(retries = 0)
    String charge(String before) {
        String entry = crash.entered().result();
        crash.reach(CrashPoint.INSIDE_SECOND_STEP, StepContext.current().instanceId());
        return before + " " + entry;
    }

    /** Fails twice where that is what the instance is for. */
    @Step(retries = 2, delay = "4 seconds", backoff = Backoff.EXPONENTIAL)
    String confirm(String before) {
        Journal.Entry entry = crash.entered();
        boolean flaky = entry.instance().equals(CrashPoint.INSIDE_RETRY_WAIT.instance())
                || entry.instance().startsWith("flaky-");
        if (flaky && entry.attempt() < 3) {
            throw new IllegalStateException("not yet");
        }
        return before + " " + entry.result();
    }

    @Step(retries = 0)
    @Transactional
    String book(String before) {
        Journal.Entry entry = crash.entered();
        jdbc.sql("insert into ledger (instance, attempt) values (?, ?)")
                .params(entry.instance(), entry.attempt())
                .update();
        crash.reach(CrashPoint.BEFORE_COMMIT, entry.instance());
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                crash.reach(CrashPoint.AFTER_COMMIT, entry.instance());
            }
        });
        return before + " " + entry.result();
    }

    @Step(retries = 0)
    String ship(String before) {
        return before + " " + crash.entered().result();
    }
}
