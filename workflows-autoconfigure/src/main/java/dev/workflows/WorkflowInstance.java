package dev.workflows;

import java.time.Duration;
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
