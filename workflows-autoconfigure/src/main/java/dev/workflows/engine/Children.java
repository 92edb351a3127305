package dev.workflows.engine;

import dev.workflows.ChildFailedException;
import dev.workflows.ChildInstance;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.PayloadContext;
import dev.workflows.Status;
import dev.workflows.WorkflowException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Parent;
import dev.workflows.store.Reception;
import dev.workflows.store.StartedChild;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the children of an instance, and waits for their end. */
final class Children {

    private static final Logger log = LoggerFactory.getLogger(Children.class);

    private final Workflows workflows;
    private final Starter starter;
    private final Waits waits;
    private final WorkflowStore store;
    private final Patience patience;

    Children(Workflows workflows, Starter starter, Waits waits, WorkflowStore store, Patience patience) {
        this.workflows = workflows;
        this.starter = starter;
        this.waits = waits;
        this.store = store;
        this.patience = patience;
    }

    <R> ChildInstance<R> start(Branch branch, String workflow, CreateOptions<?> options, boolean detached) {
        WorkflowDefinition definition = definition(workflow);
        StepKey key = branch.nextKey(StepKey.Kind.CHILD, workflow, definition.aliases());
        Checkpoint stored = branch.pass().history().checkpoints().get(key);
        Checkpoint outcome = stored;
        if (outcome == null) {
            branch.pass().undo().requireNotFinding();
            outcome = start(branch, key, newChild(branch, definition, options, detached));
        }
        String id = outcome.output();
        if (id == null) {
            throw new InstanceAlreadyExistsException(workflow, Objects.requireNonNullElse(options.id(), ""));
        }
        return new ChildInstance<>(key.name(), id);
    }

    private NewInstance newChild(Branch branch, WorkflowDefinition child, CreateOptions<?> options, boolean detached) {
        return DefaultWorkflowBinding.newInstance(child, workflows.payloads(), options, Timestamps.now(), "")
                .childOf(new Parent(branch.pass().claim().key(), detached));
    }

    private Checkpoint start(Branch branch, StepKey key, NewInstance child) {
        Pass pass = branch.pass();
        Instant startedAt = pass.clock().next();
        Instant endedAt = pass.clock().next();
        Checkpoint started = Checkpoint.completed(key, child.id(), 1, startedAt, endedAt);
        Failure exists = Failures.of(new InstanceAlreadyExistsException(child.workflow(), child.id()));
        Checkpoint taken = Checkpoint.failed(new FailedAttempt(key, 1, startedAt, endedAt, exists));
        // what comes after it has not been entered before
        branch.takeInterrupted();
        StartedChild result = starter.start(
                child, placed -> patience.insist(() -> store.startChild(pass.claim(), placed, started, taken)));
        return switch (result.written()) {
            case STORED -> {
                log.debug("{} step={} {}", branch, key, result.key() == null ? "has a taken id" : "is started");
                yield result.key() == null ? taken : started;
            }
            case STALE -> throw pass.lost();
            // the commit was in doubt, and had happened
            case EXISTS ->
                patience.insist(() -> store.checkpoint(pass.claim(), key)).orElseThrow(pass::lost);
        };
    }

    /**
     * Waits until the child has ended. How it did is stored once for the instance, whichever branch asks, so that it does
     * not depend on how long the child is kept.
     */
    @Nullable
    Object await(Branch branch, ChildInstance<?> child) {
        WorkflowDefinition definition = definition(child.workflowName());
        StepKey key = branch.sharedKey(StepKey.Kind.CHILD_RESULT, child.workflowName() + "/" + child.id());
        Checkpoint stored = branch.pass().history().checkpoints().get(key);
        return read(definition, child, stored == null ? await(branch, key, child) : stored);
    }

    private Checkpoint await(Branch branch, StepKey key, ChildInstance<?> child) {
        Pass pass = branch.pass();
        pass.undo().requireNotFinding();
        Instant startedAt = pass.clock().next();
        while (true) {
            long rung = pass.rung();
            Reception reception = patience.insist(
                            () -> store.awaitChild(pass.claim(), key, child, startedAt, branch.isRun()))
                    .orElseThrow(() -> new WorkflowException(
                            ("Instance \"%s\" of workflow \"%s\" cannot be awaited: it is no child of this instance, or was "
                                            + "deleted before it was awaited")
                                    .formatted(child.id(), child.workflowName())));
            Checkpoint outcome = reception.checkpoint();
            if (reception.written() == Written.STALE) {
                throw pass.lost();
            }
            // what comes after it has not been entered before
            branch.takeInterrupted();
            if (outcome != null) {
                log.debug("{} step={} has ended", branch, key);
                return outcome;
            }
            log.debug("{} step={} is waited for", branch, key);
            waits.begun(branch, null, new Parked.Signal(rung, reception.signals()));
        }
    }

    private @Nullable Object read(WorkflowDefinition definition, ChildInstance<?> child, Checkpoint ended) {
        String output = ended.output();
        if (output != null) {
            PayloadContext context = new PayloadContext(child.workflowName(), child.id());
            return workflows.payloads().read(output, PayloadSpec.output(definition, context));
        }
        Failure failure = ended.failure();
        throw failure == null
                ? new ChildFailedException(child, Status.TERMINATED, null)
                : new ChildFailedException(child, Status.ERRORED, new InstanceError(failure.name(), failure.message()));
    }

    private WorkflowDefinition definition(String workflow) {
        if (!workflows.names().contains(workflow)) {
            throw new WorkflowException(
                    "A child of workflow \"%s\" can neither be started nor awaited: this application has no such workflow"
                            .formatted(workflow));
        }
        return workflows.definition(workflow);
    }
}
