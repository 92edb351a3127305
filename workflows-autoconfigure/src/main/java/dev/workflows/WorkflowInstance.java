package dev.workflows;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A handle to one instance. It holds nothing but the id: each method reads the database. Thread-safe. */
public interface WorkflowInstance<R> {

    String id();

    /**
     * Where the instance stands. An output that is {@linkplain Workflow#sensitive() sensitive} is redacted.
     *
     * @throws InstanceNotFoundException if the instance is gone: its retention has passed, or the transaction that
     *     created it was rolled back
     * @throws PayloadException if the stored output cannot be read
     */
    InstanceStatus<R> status();

    /** The instance that started this one, see {@link WorkflowStep#start}; empty if none did, or it is no longer kept. */
    Optional<ParentInstance> parent();

    /** The instances that this one has started, in that order, as long as they are kept. */
    List<ChildInstance<?>> children();

    /**
     * Keeps the instance from running until it is resumed. A step that is running finishes first: until then the instance
     * is {@link Status#WAITING_FOR_PAUSE}. The clocks of its sleeps, its waits for events and its retries stop, too: what
     * is left of them is left after {@link #resume()}. Does nothing if the instance is paused, or has ended.
     *
     * <p>In a transaction on the DataSource that holds the workflow tables, this and the other methods that change
     * something belong to it.
     *
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void pause();

    /**
     * Lets a paused instance go on, or takes back a pause that has not come about yet. Does nothing otherwise.
     *
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void resume();

    /**
     * Ends the instance at once. A step's body that is running is interrupted; what it still does no longer counts. Its
     * unfinished children end with it, and theirs, but for those that were {@linkplain WorkflowStep#startDetached started
     * detached}.
     *
     * @throws InstanceEndedException if it has ended
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void terminate();

    /**
     * Ends the instance as {@link #terminate()} does, once the rollbacks of the steps that it has started have been called.
     * Until then it is queued, running or waiting; {@link InstanceStatus#rollback()} says how far it is.
     * Its unfinished children are terminated at once, and not rolled back.
     *
     * @throws InstanceEndedException if it has ended
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void terminateWithRollback();

    /**
     * Runs the instance again from the beginning, with the same params, whatever its status: every step is repeated. What
     * it did before stays stored, and is no longer looked at. Events that no wait has taken are kept.
     *
     * <p>The steps have the same {@linkplain StepContext#idempotencyKey() idempotency keys} as before, so that an effect
     * that is keyed by them is not doubled. Children that it has started and that have not ended are terminated, but for
     * those that were started detached: it starts new ones.
     *
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void restart();

    /**
     * Runs the instance again from a step: that step and all that started after it is repeated, what started before keeps
     * its result, and children that were started before go on.
     *
     * @throws StepNotFoundException if the instance has not come to it
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void restart(RestartFrom from);

    /**
     * Sends an event, which the instance's next {@link WorkflowStep#waitForEvent} of that type takes, be it waiting
     * already or not. It is stored when this method returns, or when the transaction that it belongs to commits.
     *
     * @param type 1 to 100 letters, digits, {@code _} and {@code -}, not starting with {@code -}
     * @param payload is written as JSON
     * @throws IllegalArgumentException if the type is malformed
     * @throws PayloadException if the payload cannot be written, or is too large
     * @throws InstanceEndedException if the instance has ended
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void sendEvent(String type, @Nullable Object payload);

    /**
     * Deletes the instance, which has ended, with all that is stored of it, before its retention has passed. Its id is free
     * again.
     *
     * @throws InstanceNotEndedException if it has not ended
     * @throws InstanceNotFoundException as {@link #status()} does
     */
    void delete();

    /**
     * Waits, on this thread, until the instance has ended.
     *
     * @return its output; the real one, also if it is sensitive
     * @throws InstanceFailedException if it ended in any other way than complete
     * @throws AwaitTimeoutException if it has not ended in time; the instance goes on
     * @throws InstanceNotFoundException as {@link #status()} does
     * @throws IllegalStateException if called inside a transaction: the instance may wait for it to commit
     * @throws InterruptedException if this thread is interrupted; the instance goes on
     */
    @Nullable
    R await(Duration timeout) throws InterruptedException;
}
