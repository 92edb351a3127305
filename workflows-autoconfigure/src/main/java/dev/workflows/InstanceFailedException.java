package dev.workflows;

/** An awaited instance ended in another way than complete. */
public class InstanceFailedException extends WorkflowException {

    private final InstanceStatus<?> status;

    public InstanceFailedException(String workflowName, String instanceId, InstanceStatus<?> status) {
        super("Instance \"%s\" of workflow \"%s\" ended as %s%s"
                .formatted(instanceId, workflowName, status.status(), describe(status)));
        this.status = status;
    }

    private static String describe(InstanceStatus<?> status) {
        InstanceStatus.InstanceError error = status.error();
        return error == null ? "" : ": " + error.name() + ": " + error.message();
    }

    public InstanceStatus<?> status() {
        return status;
    }
}
