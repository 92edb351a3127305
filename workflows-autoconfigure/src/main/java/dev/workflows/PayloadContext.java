package dev.workflows;

/**
 * Whose payload it is.
 *
 * @param workflowName the name of the workflow, as it is stored
 * @param instanceId the id of the instance, unique within the workflow for as long as the instance is kept
 */
public record PayloadContext(String workflowName, String instanceId) {}
