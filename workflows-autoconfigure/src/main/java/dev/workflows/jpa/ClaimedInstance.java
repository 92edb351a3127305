package dev.workflows.jpa;

import dev.workflows.Rollback;
import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.Failure;
import dev.workflows.store.Transition;
import dev.workflows.store.Wake;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;

/** How a claim ends, as its instance's row says. Each returns 0 if the claim is stale. */
final class ClaimedInstance {

    private final InstanceRepository instances;
    private final Completions completions;
    private final Children children;

    ClaimedInstance(PersistenceUnit unit, Completions completions, Children children) {
        this.completions = completions;
        this.instances = unit.repository(InstanceRepository.class);
        this.children = children;
    }

    int suspend(Claim claim, Wake wake) {
        return inTime(claim, suspendPastDeadline(claim, wake));
    }

    /** Leaves it as it was claimed. */
    int postpone(Claim claim, Duration delay) {
        int postponed = suspendPastDeadline(claim, Wake.after(delay));
        if (postponed == 1 && claim.interrupted()) {
            instances.interrupted(claim.key());
        }
        return postponed;
    }

    int release(Claim claim, boolean interrupted) {
        int released = instances.release(
                Transition.HAND_BACK.wordFrom(Status.WAITING_FOR_PAUSE),
                Transition.HAND_BACK.wordFrom(Status.RUNNING),
                interrupted,
                claim.key(),
                claim.epoch());
        return inTime(claim, released);
    }

    private int suspendPastDeadline(Claim claim, Wake wake) {
        Duration after = wake.after();
        Long signals = wake.signals();
        return instances.suspend(
                Transition.SUSPEND.wordFrom(Status.WAITING_FOR_PAUSE),
                Transition.SUSPEND.wordFrom(Status.RUNNING),
                after != null,
                after == null ? 0 : Seconds.of(after),
                signals == null ? -1 : signals,
                claim.key(),
                claim.epoch());
    }

    private int inTime(Claim claim, int givenUp) {
        if (givenUp == 1 && claim.deadline() != null) {
            instances.dueAtDeadline(List.of(claim.key()));
        }
        return givenUp;
    }

    int beginRollback(Claim claim, Ending ending) {
        Failure failure = Objects.requireNonNull(ending.failure());
        return instances.beginRollback(
                claim.key(), claim.epoch(), ending.status().word(), failure.name(), failure.message(), failure.stack());
    }

    int endRollback(Claim claim, Rollback.Outcome outcome, Duration keep) {
        return end(claim, () -> instances.endRollback(claim.key(), claim.epoch(), outcome.word(), Seconds.of(keep)));
    }

    int end(Claim claim, Ending ending, Duration keep) {
        double seconds = Seconds.of(keep);
        Failure failure = ending.failure();
        String output = ending.output();
        if (output != null) {
            return end(claim, () -> completions.complete(new Completions.Row(claim, ending, keep)));
        }
        if (failure == null) {
            throw new IllegalArgumentException("An instance ends with an output or a failure: " + ending);
        }
        return end(
                claim,
                () -> instances.fail(
                        claim.key(),
                        claim.epoch(),
                        ending.status().word(),
                        failure.name(),
                        failure.message(),
                        failure.stack(),
                        seconds));
    }

    private int end(Claim claim, IntSupplier end) {
        Long parent = claim.parent();
        return parent == null ? end.getAsInt() : children.end(parent, claim.key(), end);
    }
}
