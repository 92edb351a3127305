package dev.workflows;

import org.jspecify.annotations.Nullable;

/**
 * Creates and finds the instances of one workflow. There is one bean for each {@link Workflow}, to be injected by its
 * type arguments or by {@code @Qualifier} with the binding's name. Thread-safe.
 */
public interface WorkflowBinding<P, R> {

    /** The workflow's name. */
    String workflowName();

    /** Creates an instance with a random id and no params, which its event reads from an empty JSON object, {@code {}}. */
    WorkflowInstance<R> create();

    /**
     * Creates an instance with a random id; the same as {@code create(CreateOptions.of(params))}.
     *
     * @param params the payload of its event; null reads as an empty JSON object, {@code {}}
     */
    WorkflowInstance<R> create(@Nullable P params);

    /**
     * Creates an instance.
     *
     * <p>In a transaction on the DataSource that holds the workflow tables, the instance belongs to it: rolled back, it
     * never existed; committed, it starts right away. Otherwise it is stored when this method returns.
     *
     * @throws InstanceAlreadyExistsException if the workflow has an instance of that id, running or ended
     * @throws IllegalArgumentException if the id is malformed
     * @throws PayloadException if the params cannot be written, read back, or are too large
     */
    WorkflowInstance<R> create(CreateOptions<P> options);

    /**
     * Finds an instance.
     *
     * @throws InstanceNotFoundException if the workflow has no instance of that id
     */
    WorkflowInstance<R> get(String id);
}
