package dev.workflows.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A node that runs instances, as it sees itself: made from what is in memory, whether the database answers or not.
 *
 * @param node the name under which it owns instances
 * @param running how many it runs right now
 * @param lease how long after its last word it counts as dead
 * @param sinceRenewal how long ago that was: when the database was last asked, and then answered
 * @param trouble why the last heartbeat failed; null if it did not, or has not come to an end
 */
public record NodeState(
        String node,
        int running,
        Duration lease,
        Duration sinceRenewal,
        @Nullable Throwable trouble) {

    /** Whether other nodes may have taken over what it ran: it enters no further body until its lease is renewed. */
    public boolean isExpired() {
        return sinceRenewal.compareTo(lease) >= 0;
    }
}
