package dev.workflows.engine;

import dev.workflows.NonRetryableException;
import dev.workflows.WorkflowStep;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The waits of one pass. */
final class DefaultWorkflowStep implements WorkflowStep {

    private static final Logger log = LoggerFactory.getLogger(DefaultWorkflowStep.class);
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Pass pass;
    private final WorkflowStore store;
    private final Patience patience;

    DefaultWorkflowStep(Pass pass, WorkflowStore store, Patience patience) {
        this.pass = pass;
        this.store = store;
        this.patience = patience;
    }

    @Override
    public void sleep(String name, String duration) {
        sleep(name, DurationText.valueOf(duration).value());
    }

    @Override
    public void sleep(String name, Duration duration) {
        refuseTooLong(name, duration);
        StepKey key = enter(name);
        Duration left = pass.history().sleeps().get(key);
        if (left != null) {
            goOn(key, left);
        } else if (duration.compareTo(Duration.ZERO) > 0) {
            fallAsleep(key, duration);
        }
    }

    @Override
    public void sleepUntil(String name, Instant time) {
        StepKey key = enter(name);
        Duration left = pass.history().sleeps().get(key);
        if (left != null) {
            goOn(key, left);
            return;
        }
        Duration duration = Duration.between(Instant.now(), time);
        refuseTooLong(name, duration);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("Sleep \"%s\" cannot last until %s: that is past".formatted(name, time));
        }
        fallAsleep(key, duration);
    }

    private StepKey enter(String name) {
        String problem = StepParser.nameProblem(name);
        if (problem != null) {
            throw new IllegalArgumentException("The name of a sleep " + problem);
        }
        if (pass.isInBody()) {
            throw new NonRetryableException(
                    "Sleep \"%s\" was called inside a step's body: only run can leave its thread".formatted(name));
        }
        pass.requireRunning();
        return pass.nextKey(StepKey.Kind.SLEEP, name);
    }

    private static void refuseTooLong(String name, Duration duration) {
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "Sleep \"%s\" is too long: %s, and the limit is 365 days".formatted(name, duration));
        }
    }

    private void fallAsleep(StepKey key, Duration duration) {
        Written written = patience.insist(() -> store.sleep(pass.claim(), key, duration));
        log.debug("{} step={} sleeps for {}", pass, key, duration);
        switch (written) {
            case STORED -> throw pass.suspended(duration);
            case STALE, EXISTS -> throw pass.lost();
        }
    }

    /** A sleep that is not over yet can only be met if the instance was taken up too early. */
    private void goOn(StepKey key, Duration left) {
        if (left.compareTo(Duration.ZERO) > 0) {
            if (!patience.insist(() -> store.suspend(pass.claim(), left))) {
                throw pass.lost();
            }
            throw pass.suspended(left);
        }
        log.debug("{} step={} has slept", pass, key);
    }
}
