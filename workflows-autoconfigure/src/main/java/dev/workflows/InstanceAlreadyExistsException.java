package dev.workflows;

/** The workflow already has an instance of that id, running or ended. Nothing was stored. */
public class InstanceAlreadyExistsException extends WorkflowException {

    private final String instanceId;

    public InstanceAlreadyExistsException(String workflowName, String instanceId) {
        super(
                ("Workflow \"%s\" already has an instance \"%s\": nothing was created. Use another id, or get the instance "
                                + "that exists; an id is free again when the ended instance's retention has passed")
                        .formatted(workflowName, instanceId));
        this.instanceId = instanceId;
    }

    public String instanceId() {
        return instanceId;
    }
}
