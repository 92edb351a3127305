package dev.workflows.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The right to run one instance on this node. */
interface Slot {

    /**
     * Gives the slot back; only the first call counts.
     *
     * @param dueIn when the instance that had it is due again; null if nobody needs to remember
     */
    void free(@Nullable Duration dueIn);
}
