package dev.workflows.crash;

import dev.workflows.Backoff;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
import dev.workflows.WaitTimeoutException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Takes the path of the {@link WaitPoint} that the instance is named after, and lists what it was given there. */
@Workflow(name = "journey")
class JourneyWorkflow implements WorkflowEntrypoint<String, String> {

    static final String EVENT = "reply";
    /** Each wait that is to be cut off takes as long. */
    static final Duration LONG = Duration.ofSeconds(8);

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final StepOptions ONCE = StepOptions.defaults().withRetries(0);
    private static final StepOptions TWICE =
            StepOptions.defaults().withRetries(1).withDelay(LONG).withBackoff(Backoff.CONSTANT);

    private final Crash crash;

    JourneyWorkflow(Crash crash) {
        this.crash = crash;
    }

    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
        List<String> given = new ArrayList<>();
        switch (WaitPoint.of(event.instanceId())) {
            case EVENT_SENT_BEFORE -> {
                given.add(hold(step, "ask"));
                given.add(receive(step, SHORT));
                given.add(receive(step, SHORT));
                given.add(receive(step, SHORT));
            }
            case EVENT_TAKEN_BEFORE -> {
                given.add(receive(step, Duration.ofDays(1)));
                given.add(hold(step, "ask"));
                given.add(receive(step, SHORT));
            }
            case EVENT_SENT_MEANWHILE, EVENT_SENT_AFTER -> {
                given.add(receive(step, Duration.ofDays(1)));
                given.add(receive(step, SHORT));
            }
            case EVENT_NEVER_SENT -> {
                given.add(receive(step, LONG));
                given.add(enter(step, "go"));
            }
            case SLEEP_IN_A_BRANCH ->
                given.addAll(step.all(
                        () -> {
                            step.sleep("cool down", LONG);
                            return enter(step, "go");
                        },
                        () -> hold(step, "ask")));
            case RETRY_WAIT_IN_A_BRANCH ->
                given.addAll(step.all(() -> failOnce(step, "retried"), () -> hold(step, "ask")));
            case BETWEEN_WINNER_AND_LOSER -> {
                given.add(step.race("ask both", () -> enterAndStay(step, "slow"), () -> enterAfter(step, "slow")));
                given.add(hold(step, "go"));
            }
            case INSIDE_ROLLBACK -> {
                enter(step, "first", ONCE.withRollback(result -> crash.undone(), ONCE));
                enter(step, "second", ONCE.withRollback(result -> holdUndoing(), ONCE));
                enter(step, "third", ONCE.withRollback(result -> crash.undone(), ONCE));
                throw new IllegalStateException("cannot go on");
            }
            case INSIDE_ROLLBACK_RETRY_WAIT -> {
                enter(step, "first", ONCE.withRollback(result -> crash.undone(), ONCE));
                enter(step, "second", ONCE.withRollback(result -> failOnce(crash.undone()), TWICE));
                enter(step, "third", ONCE.withRollback(result -> crash.undone(), ONCE));
                throw new IllegalStateException("cannot go on");
            }
            case WAITING_FOR_PAUSE -> {
                given.add(hold(step, "ask"));
                given.add(enter(step, "go"));
            }
            case PAUSED_IN_A_SLEEP -> {
                step.sleep("cool down", LONG);
                given.add(enter(step, "go"));
            }
        }
        return String.join(" ", given);
    }

    private String receive(WorkflowStep step, Duration timeout) {
        try {
            return step.waitForEvent(
                            EVENT, WaitOptions.forType(EVENT, String.class).withTimeout(timeout))
                    .payload();
        } catch (WaitTimeoutException e) {
            return "none";
        }
    }

    private String enter(WorkflowStep step, String name) {
        return enter(step, name, ONCE);
    }

    private String enter(WorkflowStep step, String name, StepOptions options) {
        return step.call(name, String.class, options, () -> crash.entered().result());
    }

    /** The body is where the node is killed. */
    private String hold(WorkflowStep step, String name) {
        return step.call(name, String.class, ONCE, () -> hold(crash.entered()).result());
    }

    private void holdUndoing() {
        hold(crash.undone());
    }

    private Journal.Entry hold(Journal.Entry entry) {
        crash.hold(entry.instance());
        return entry;
    }

    private String failOnce(WorkflowStep step, String name) {
        return step.call(
                name, String.class, TWICE, () -> failOnce(crash.entered()).result());
    }

    private static Journal.Entry failOnce(Journal.Entry entry) {
        if (entry.attempt() == 1) {
            throw new IllegalStateException("not yet");
        }
        return entry;
    }

    /** The body does not end before its process does. */
    private String enterAndStay(WorkflowStep step, String name) {
        return step.call(name, String.class, ONCE, () -> {
            Journal.Entry entry = crash.entered();
            crash.reached(name);
            crash.stay();
            return entry.result();
        });
    }

    /** The body ends once the other one has been entered. */
    private String enterAfter(WorkflowStep step, String other) {
        return step.call("fast", String.class, ONCE, () -> {
            Journal.Entry entry = crash.entered();
            crash.awaitReached(other);
            return entry.result();
        });
    }
}
