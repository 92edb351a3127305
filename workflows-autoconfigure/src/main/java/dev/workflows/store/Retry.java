package dev.workflows.store;

import java.time.Duration;
import java.time.Instant;

/**
 * Where a step without an outcome stands.
 *
 * @param made how many attempts were made
 * @param startedAt when the first was made
 * @param left how long until the next one, zero or less if it may be made
 */
public record Retry(int made, Duration left, Instant startedAt) {

    public static final Retry NONE = new Retry(0, Duration.ZERO, Instant.EPOCH);

    /** What both say of one step. */
    public Retry and(Retry other) {
        Retry last = made > other.made ? this : other;
        return new Retry(last.made, last.left, startedAt.isBefore(other.startedAt) ? startedAt : other.startedAt);
    }
}
