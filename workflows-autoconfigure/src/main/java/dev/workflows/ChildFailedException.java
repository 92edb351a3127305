package dev.workflows;

import org.jspecify.annotations.Nullable;

/**
 * A child ended in another way than complete. Thrown from {@link WorkflowStep#await}, which {@code run} may catch; it is
 * stored, and thrown at every replay.
 */
public class ChildFailedException extends WorkflowException {

    private final ChildInstance<?> child;
    private final Status status;
    private final InstanceStatus.@Nullable InstanceError error;

    public ChildFailedException(ChildInstance<?> child, Status status, InstanceStatus.@Nullable InstanceError error) {
        super("Child \"%s\" of workflow \"%s\" ended as %s%s"
                .formatted(
                        child.id(),
                        child.workflowName(),
                        status,
                        error == null ? "" : ": " + error.name() + ": " + error.message()));
        this.child = child;
        this.status = status;
        this.error = error;
    }

    public ChildInstance<?> child() {
        return child;
    }

    /** How it ended: errored or terminated. */
    public Status status() {
        return status;
    }

    /** The error that ended it; null if it was terminated. */
    public InstanceStatus.@Nullable InstanceError error() {
        return error;
    }
}
