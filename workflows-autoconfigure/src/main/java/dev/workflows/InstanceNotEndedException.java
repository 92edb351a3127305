package dev.workflows;

/** An instance was to be deleted, and has not ended. Nothing was changed. */
public class InstanceNotEndedException extends WorkflowException {

    private final String instanceId;
    private final Status status;

    public InstanceNotEndedException(String workflowName, String instanceId, Status status) {
        super("Instance \"%s\" of workflow \"%s\" has not ended, it is %s: it was not deleted. Terminate it first"
                .formatted(instanceId, workflowName, status));
        this.instanceId = instanceId;
        this.status = status;
    }

    public String instanceId() {
        return instanceId;
    }

    public Status status() {
        return status;
    }
}
