package dev.workflows.store;

import java.time.Instant;

/**
 * An attempt that did not make a checkpoint.
 *
 * @param number counts the attempts at the step, from 1
 */
public record FailedAttempt(StepKey key, int number, Instant startedAt, Instant endedAt, Failure failure) {

    /** The same attempt, with another failure. */
    public FailedAttempt with(Failure other) {
        return new FailedAttempt(key, number, startedAt, endedAt, other);
    }
}
