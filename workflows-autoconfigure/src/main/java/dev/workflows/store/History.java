package dev.workflows.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What an instance has done so far.
 *
 * @param checkpoints the outcomes of its steps, and of whatever else has one
 * @param retries where each step without an outcome stands
 * @param waits how much of each sleep is left, zero or less once it is over, and of each wait that has no outcome
 * @param latest the latest time in it
 */
public record History(
        Map<StepKey, Checkpoint> checkpoints,
        Map<StepKey, Retry> retries,
        Map<StepKey, Duration> waits,
        Instant latest) {

    public static final History EMPTY = new History(Map.of(), Map.of(), Map.of(), Instant.EPOCH);
}
