package dev.workflows;

/** An instance was to be restarted from a step that it has never come to. Nothing was changed. */
public class StepNotFoundException extends WorkflowException {

    public StepNotFoundException(String workflowName, String instanceId, RestartFrom from) {
        super("Instance \"%s\" of workflow \"%s\" has not come to %s: it was not restarted"
                .formatted(instanceId, workflowName, from));
    }
}
