package dev.workflows;

/**
 * An instance that another one has started, whose child it is.
 *
 * @param <R> what its {@code run} returns
 * @param workflowName the workflow that it is an instance of
 * @param id its id within that workflow
 */
public record ChildInstance<R>(String workflowName, String id) {}
