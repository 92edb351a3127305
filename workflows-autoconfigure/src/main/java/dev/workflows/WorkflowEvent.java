package dev.workflows;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an instance was created with; the same at every replay.
 *
 * @param payload the params given to {@code create}, as they read back from JSON; null if their type is {@link Void}
 * @param timestamp when the instance was created
 * @param instanceId the instance's id
 * @param workflowName the workflow's name
 * @param schedule which firing of which schedule created the instance; null if none did
 */
public record WorkflowEvent<P extends @Nullable Object>(
        P payload,
        Instant timestamp,
        String instanceId,
        String workflowName,
        @Nullable Schedule schedule) {

    /** An event of an instance that no schedule created. */
    public WorkflowEvent(P payload, Instant timestamp, String instanceId, String workflowName) {
        this(payload, timestamp, instanceId, workflowName, null);
    }

    /** Without the payload, which may be sensitive. */
    @Override
    public String toString() {
        return "WorkflowEvent[timestamp=%s, instanceId=%s, workflowName=%s, schedule=%s]"
                .formatted(timestamp, instanceId, workflowName, schedule);
    }
}
