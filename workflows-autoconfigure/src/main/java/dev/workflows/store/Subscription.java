package dev.workflows.store;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What other nodes {@linkplain WorkflowStore#tell tell}, heard by one thread. A lost connection is thrown as a {@link
 * org.springframework.dao.DataAccessException}.
 */
public interface Subscription extends AutoCloseable {

    /**
     * Waits for what others tell, at most so long.
     *
     * @return the instances; none if something is due; empty if nothing was told
     */
    Optional<Set<Long>> await(Duration longest);

    /** Asks the database whether it still hears. */
    void check();

    @Override
    void close();
}
