package dev.workflows;

import java.time.Duration;

/** An awaited instance had not ended in time. It goes on. */
public class AwaitTimeoutException extends WorkflowException {

    public AwaitTimeoutException(String workflowName, String instanceId, Status status, Duration timeout) {
        super("Instance \"%s\" of workflow \"%s\" has not ended within %s: it is %s, and goes on"
                .formatted(instanceId, workflowName, timeout, status));
    }
}
