package dev.workflows;

import java.util.List;
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
     * Creates up to 100 instances at once. One whose id is taken is left out and reported, and the others are created; if
     * anything else is wrong with one of them, none is.
     *
     * <p>All belong to the caller's transaction, as with {@link #create(CreateOptions)}; without one they are stored
     * together, in one of their own.
     *
     * @param batch 1 to 100
     * @throws IllegalArgumentException if the batch is empty or has more than 100
     * @throws PayloadException if the params of any of them cannot be written, read back, or are too large
     */
    BatchResult<R> createBatch(List<CreateOptions<P>> batch);

    /**
     * The instance of that id: the one that the workflow has, running or ended, or else a new one. Of any number of calls
     * with one id, on whatever node, one creates it. Which one that was is not said: whoever must know calls
     * {@link #create(CreateOptions)} and catches {@link InstanceAlreadyExistsException}.
     *
     * <p>A new one belongs to the caller's transaction, as with {@code create}. Where another transaction has created the
     * instance and not committed yet, this waits for it to end.
     *
     * @param options with an id; if the instance exists, the rest of them changes nothing
     * @throws IllegalArgumentException if there is no id
     * @throws PayloadException as {@code create} does, whether the instance exists or not
     */
    WorkflowInstance<R> getOrCreate(CreateOptions<P> options);

    /**
     * Finds an instance.
     *
     * @throws InstanceNotFoundException if the workflow has no instance of that id
     */
    WorkflowInstance<R> get(String id);

    /**
     * Lists instances, a page at a time. Going from page to page, each instance that exists all the while is listed once,
     * whatever is created or deleted meanwhile; one whose status is asked for and changes may be missed.
     *
     * @throws IllegalArgumentException if the query's cursor is not one that a page had
     */
    InstancePage list(InstanceQuery query);
}
