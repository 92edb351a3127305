package dev.workflows.engine;

import dev.workflows.AwaitTimeoutException;
import dev.workflows.ChildInstance;
import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.InstanceStatus;
import dev.workflows.ParentInstance;
import dev.workflows.PayloadContext;
import dev.workflows.RestartFrom;
import dev.workflows.Rollback;
import dev.workflows.Sensitive;
import dev.workflows.Status;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceState;
import dev.workflows.store.NewEvent;
import dev.workflows.store.RollbackState;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A handle that reads the database whenever it is asked. */
final class DefaultWorkflowInstance implements WorkflowInstance<Object> {

    private static final Duration FIRST_LOOK = Duration.ofMillis(5);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

    private final WorkflowDefinition definition;
    private final String id;
    private final Payloads payloads;
    private final WorkflowStore store;
    private final Steering steering;

    DefaultWorkflowInstance(
            WorkflowDefinition definition, String id, Payloads payloads, WorkflowStore store, Steering steering) {
        this.definition = definition;
        this.id = id;
        this.payloads = payloads;
        this.store = store;
        this.steering = steering;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public InstanceStatus<Object> status() {
        return status(find());
    }

    private InstanceStatus<Object> status(InstanceState state) {
        // marked when it was stored, or only since
        boolean sensitive = state.sensitive() || definition.sensitive().contains(Sensitive.OUTPUT);
        boolean redacted = sensitive && state.output() != null;
        return new InstanceStatus<>(
                state.status(), redacted ? null : output(state), error(state), rollback(state), redacted);
    }

    private InstanceState find() {
        return store.find(definition.name(), id)
                .orElseThrow(() -> new InstanceNotFoundException(definition.name(), id));
    }

    @Override
    public Optional<ParentInstance> parent() {
        return store.parent(definition.name(), id);
    }

    @Override
    public List<ChildInstance<?>> children() {
        return store.children(definition.name(), id);
    }

    @Override
    public void pause() {
        steering.pause(definition.name(), id);
    }

    @Override
    public void resume() {
        steering.resume(definition.name(), id);
    }

    @Override
    public void terminate() {
        steering.terminate(definition, id);
    }

    @Override
    public void terminateWithRollback() {
        steering.terminateWithRollback(definition.name(), id);
    }

    @Override
    public void restart() {
        steering.restart(definition.name(), id, null);
    }

    @Override
    public void restart(RestartFrom from) {
        steering.restart(definition.name(), id, from);
    }

    @Override
    public void sendEvent(String type, @Nullable Object payload) {
        WaitOptions.requireType(type);
        PayloadSpec spec = PayloadSpec.newEvent(definition, id, type, payload);
        String stored = payloads.writeEvent(payload, spec);
        steering.send(definition.name(), id, new NewEvent(type, stored, spec.sensitive()));
    }

    @Override
    public void delete() {
        steering.delete(definition.name(), id);
    }

    @Override
    public @Nullable Object await(Duration timeout) throws InterruptedException {
        if (store.isInTransaction()) {
            throw new IllegalStateException(
                    "Instance \"%s\" was awaited inside a transaction: it may be waiting for that to commit"
                            .formatted(id));
        }
        try (LocalInstances.Watch watch = steering.watch(definition.name(), id)) {
            return await(timeout, watch);
        }
    }

    private @Nullable Object await(Duration timeout, LocalInstances.Watch watch) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        if (watch.isHere()) {
            // looked at once it has left
            watch.await(shorter(timeout, LONGEST_WAIT));
        }
        Duration wait = FIRST_LOOK;
        while (true) {
            InstanceState state = find();
            if (state.status().isEnded()) {
                return ended(state);
            }
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.compareTo(Duration.ZERO) <= 0) {
                throw new AwaitTimeoutException(definition.name(), id, state.status(), timeout);
            }
            if (!watch.await(shorter(left, watch.isHere() ? LONGEST_WAIT : wait))) {
                // it waits, or runs elsewhere
                wait = shorter(wait.multipliedBy(2), LONGEST_WAIT);
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private @Nullable Object ended(InstanceState state) {
        if (state.status() != Status.COMPLETE) {
            throw new InstanceFailedException(definition.name(), id, status(state));
        }
        return output(state);
    }

    private @Nullable Object output(InstanceState state) {
        return state.output() == null
                ? null
                : payloads.read(
                        state.output(),
                        PayloadSpec.output(definition, new PayloadContext(definition.name(), id))
                                .sensitiveIf(state.sensitive()));
    }

    private static @Nullable Rollback rollback(InstanceState state) {
        RollbackState rollback = state.rollback();
        if (rollback == null) {
            return null;
        }
        List<Rollback.FailedRollback> failed = new ArrayList<>();
        for (Checkpoint checkpoint : rollback.failed()) {
            Failure failure = checkpoint.failure();
            if (failure != null) {
                failed.add(new Rollback.FailedRollback(checkpoint.key().toString(), failure.name(), failure.message()));
            }
        }
        return new Rollback(rollback.outcome(), failed);
    }

    private static InstanceStatus.@Nullable InstanceError error(InstanceState state) {
        Failure failure = state.failure();
        return failure == null ? null : new InstanceStatus.InstanceError(failure.name(), failure.message());
    }

    @Override
    public String toString() {
        return "workflow=%s instance=%s".formatted(definition.name(), id);
    }
}
