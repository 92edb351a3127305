package dev.workflows.engine;

import dev.workflows.ReceivedEvent;
import dev.workflows.WaitOptions;
import dev.workflows.WaitTimeoutException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.EventWait;
import dev.workflows.store.Failure;
import dev.workflows.store.Reception;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a time or an event. In {@code run} itself a wait gives the instance up; in a branch it stays as long as
 * another branch works.
 */
final class Waits {

    private static final Logger log = LoggerFactory.getLogger(Waits.class);

    private final WorkflowStore store;
    private final Patience patience;
    private final Payloads payloads;

    Waits(WorkflowStore store, Patience patience, Payloads payloads) {
        this.store = store;
        this.patience = patience;
        this.payloads = payloads;
    }

    void fallAsleep(Branch branch, StepKey key, Duration duration) {
        branch.begins(key);
        Pass pass = branch.pass();
        pass.undo().requireNotFinding();
        Written written = patience.insist(
                () -> store.sleep(pass.claim(), key, pass.clock().next(), duration, branch.isRun()));
        log.debug("{} step={} sleeps for {}", branch, key, duration);
        // it is there already if the commit was in doubt, and had happened
        if (written == Written.STALE) {
            throw pass.lost();
        }
        begun(branch, duration, null);
    }

    /** A sleep that has begun before: the instance may have been taken up for another reason. */
    void sleepOn(Branch branch, StepKey key, Duration left) {
        if (left.compareTo(Duration.ZERO) > 0) {
            branch.pass().undo().requireNotFinding();
            stay(branch, left);
        }
        log.debug("{} step={} has slept", branch, key);
    }

    /** Waits for what is left of a wait that an earlier pass has begun. */
    void stay(Branch branch, Duration left) {
        Pass pass = branch.pass();
        if (branch.isRun() && !patience.insist(() -> store.suspend(pass.claim(), Wake.after(left)))) {
            throw pass.lost();
        }
        begun(branch, left, null);
    }

    /**
     * Waits for what has been stored: by a write that has given the instance up too, if this is {@code run} itself.
     *
     * @param left null if time alone does not end it
     * @param after the latest signal when it was looked at; null if signals do not end it
     */
    void begun(Branch branch, @Nullable Duration left, Parked.@Nullable Signal after) {
        if (branch.isRun()) {
            throw branch.pass().givenUp(left);
        }
        branch.pass().park(branch, left, after);
    }

    <T extends @Nullable Object> ReceivedEvent<T> receive(Branch branch, StepKey key, WaitOptions<T> options) {
        Checkpoint stored = branch.pass().history().checkpoints().get(key);
        return read(branch, stored == null ? await(branch, key, options) : stored, options);
    }

    private Checkpoint await(Branch branch, StepKey key, WaitOptions<?> options) {
        Pass pass = branch.pass();
        pass.undo().requireNotFinding();
        EventWait wait = new EventWait(
                options.eventType(), options.timeout(), pass.clock().next());
        while (true) {
            long rung = pass.rung();
            Reception reception = patience.insist(() -> store.receive(pass.claim(), key, wait, branch.isRun()));
            Checkpoint outcome = reception.checkpoint();
            if (reception.written() == Written.STALE) {
                throw pass.lost();
            }
            if (outcome != null) {
                log.debug("{} step={} has an outcome", branch, key);
                return outcome;
            }
            log.debug("{} step={} waits for an event of type \"{}\"", branch, key, options.eventType());
            begun(branch, reception.left(), new Parked.Signal(rung, reception.signals()));
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // it is read as the type that the options name, null only if T may be
    private <T extends @Nullable Object> ReceivedEvent<T> read(
            Branch branch, Checkpoint stored, WaitOptions<T> options) {
        String name = stored.key().name();
        Failure failure = stored.failure();
        if (failure != null) {
            throw new WaitTimeoutException(name, failure.message());
        }
        Pass pass = branch.pass();
        T payload = (T) payloads.read(
                Objects.requireNonNull(stored.output()),
                PayloadSpec.event(pass.definition(), options, stored.key(), pass.claim())
                        .sensitiveIf(stored.sensitive()));
        return new ReceivedEvent<>(payload, options.eventType(), Objects.requireNonNull(stored.sentAt()));
    }
}
