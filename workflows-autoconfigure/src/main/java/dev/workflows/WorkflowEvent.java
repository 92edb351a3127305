package dev.workflows;

import java.time.Instant;

/**
 * What an instance was created with; the same at every replay.
 *
 * @param payload the params given to {@code create}, as they read back from JSON
 * @param timestamp when the instance was created
 * @param instanceId the instance's id
 * @param workflowName the workflow's name
 */
public record WorkflowEvent<P>(P payload, Instant timestamp, String instanceId, String workflowName) {}
