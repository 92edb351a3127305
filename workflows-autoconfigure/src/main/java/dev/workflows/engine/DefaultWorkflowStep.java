package dev.workflows.engine;

import dev.workflows.DurationText;
import dev.workflows.NonRetryableException;
import dev.workflows.ReceivedEvent;
import dev.workflows.StepCallable;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowStep;
import dev.workflows.store.StepKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code run} can ask of the engine in one pass, on its own thread and on those of its branches. */
final class DefaultWorkflowStep implements WorkflowStep {

    private static final Duration LONGEST = Duration.ofDays(365);

    private final Pass pass;
    private final Waits waits;
    private final Branching branching;

    DefaultWorkflowStep(Pass pass, Waits waits, Branching branching) {
        this.pass = pass;
        this.waits = waits;
        this.branching = branching;
    }

    @Override
    public void sleep(String name, String duration) {
        sleep(name, DurationText.valueOf(duration).value());
    }

    @Override
    public void sleep(String name, Duration duration) {
        refuseTooLong(name, duration);
        Branch branch = enter("sleep", name);
        StepKey key = branch.nextKey(StepKey.Kind.SLEEP, name);
        Duration left = pass.history().waits().get(key);
        if (left != null) {
            waits.sleepOn(branch, key, left);
        } else if (duration.compareTo(Duration.ZERO) > 0) {
            waits.fallAsleep(branch, key, duration);
        }
    }

    @Override
    public void sleepUntil(String name, Instant time) {
        Branch branch = enter("sleep", name);
        StepKey key = branch.nextKey(StepKey.Kind.SLEEP, name);
        Duration left = pass.history().waits().get(key);
        if (left != null) {
            waits.sleepOn(branch, key, left);
            return;
        }
        Duration duration = Duration.between(Instant.now(), time);
        refuseTooLong(name, duration);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("Sleep \"%s\" cannot last until %s: that is past".formatted(name, time));
        }
        waits.fallAsleep(branch, key, duration);
    }

    @Override
    public <T extends @Nullable Object> ReceivedEvent<T> waitForEvent(String name, WaitOptions<T> options) {
        Branch branch = enter("wait", name);
        return waits.receive(branch, branch.nextKey(StepKey.Kind.WAIT, name), options);
    }

    @Override
    @SuppressWarnings("unchecked") // what the branches return
    public <T extends @Nullable Object> List<T> all(List<StepCallable<T>> branches) throws Exception {
        return (List<T>) branching.all(enter("branch", "all"), branches);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what the winner returns, null only if T may be
    public <T extends @Nullable Object> T race(String name, List<StepCallable<T>> branches) throws Exception {
        return (T) branching.race(enter("race", name), name, branches);
    }

    /** The branch on this thread. */
    private Branch enter(String what, String name) {
        String problem = StepParser.nameProblem(name);
        if (problem != null) {
            throw new IllegalArgumentException("The name of a %s %s".formatted(what, problem));
        }
        Branch branch = Branch.current();
        if (branch == null || branch.pass() != pass) {
            throw new IllegalStateException(
                    ("The %s \"%s\" was called on thread \"%s\", which is neither that of run nor of one of its branches: "
                                    + "use step.all to do things at the same time")
                            .formatted(what, name, Thread.currentThread().getName()));
        }
        if (branch.isInBody()) {
            throw new NonRetryableException(
                    "The %s \"%s\" was called inside a step's body: only run and its branches can leave their thread"
                            .formatted(what, name));
        }
        branch.requireRunning();
        return branch;
    }

    private static void refuseTooLong(String name, Duration duration) {
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "Sleep \"%s\" is too long: %s, and the limit is 365 days".formatted(name, duration));
        }
    }
}
