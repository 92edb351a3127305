package dev.workflows;

/** What was asked for needs an instance that has not ended, and it has. Nothing was changed. */
public class InstanceEndedException extends WorkflowException {

    private final String instanceId;
    private final Status status;

    public InstanceEndedException(String workflowName, String instanceId, Status status, String consequence) {
        super("Instance \"%s\" of workflow \"%s\" has ended, it is %s: %s"
                .formatted(instanceId, workflowName, status, consequence));
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
