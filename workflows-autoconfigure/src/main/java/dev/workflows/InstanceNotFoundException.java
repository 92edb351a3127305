package dev.workflows;

/** The workflow has no instance of that id. */
public class InstanceNotFoundException extends WorkflowException {

    private final String instanceId;

    public InstanceNotFoundException(String workflowName, String instanceId) {
        super("Workflow \"%s\" has no instance \"%s\": it was never created, or its retention has passed"
                .formatted(workflowName, instanceId));
        this.instanceId = instanceId;
    }

    public String instanceId() {
        return instanceId;
    }
}
