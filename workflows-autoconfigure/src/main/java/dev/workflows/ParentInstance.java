package dev.workflows;

/**
 * The instance that has started another one, as its child.
 *
 * @param workflowName the workflow that it is an instance of
 * @param id its id within that workflow
 */
public record ParentInstance(String workflowName, String id) {}
