package dev.workflows;

import java.time.Duration;

/**
 * What an instance fails with that has not ended by its {@linkplain CreateOptions#withDeadline deadline}; {@code run} does
 * not see it.
 */
public class DeadlineExceededException extends WorkflowException {

    public DeadlineExceededException(String workflowName, String instanceId, Duration deadline) {
        super("Instance \"%s\" of workflow \"%s\" had not ended within its deadline of %s"
                .formatted(instanceId, workflowName, DurationText.shortly(deadline)));
    }
}
