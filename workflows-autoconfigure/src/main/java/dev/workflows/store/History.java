package dev.workflows.store;

import java.time.Duration;
import java.util.Map;

/**
 * What an instance has done so far.
 *
 * @param checkpoints the outcomes of its steps
 * @param attempts how many attempts at each step made no checkpoint
 * @param sleeps how much of each sleep is left, zero or less once it is over
 */
public record History(
        Map<StepKey, Checkpoint> checkpoints, Map<StepKey, Integer> attempts, Map<StepKey, Duration> sleeps) {

    public static final History EMPTY = new History(Map.of(), Map.of(), Map.of());
}
