package dev.workflows.engine;

import java.time.Duration;

/**
 * How this node runs instances.
 *
 * @param enabled whether it runs any
 * @param concurrency how many at once
 * @param pollInterval how often it looks for what other nodes left, at least, while it is not told by them
 * @param lease how long after its last word it counts as dead
 * @param shutdownTimeout how long running attempts may take to end when it stops
 * @param interruptGrace how long an interrupted body may take to end
 */
public record WorkerSettings(
        boolean enabled,
        int concurrency,
        Duration pollInterval,
        Duration lease,
        Duration shutdownTimeout,
        Duration interruptGrace) {

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

    /** @throws IllegalArgumentException if a value is out of bounds */
    public WorkerSettings {
        require(concurrency > 0, "concurrency must be 1 or more, not " + concurrency);
        require(pollInterval.toMillis() > 0, "poll-interval must be longer than 0");
        require(lease.compareTo(SHORTEST_LEASE) >= 0, "lease must be 1 second or longer, not " + lease);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("workflows.worker." + message);
        }
    }
}
