package dev.workflows.engine;

import org.jspecify.annotations.Nullable;

/**
 * What is said in one place about how many instances of a workflow run, and how far each goes; null where that place says
 * nothing.
 *
 * @param concurrency how many run at once over all nodes; 0 for any number
 * @param concurrencyPerKey how many of those with the same concurrency key; 1 or more
 * @param priority of those that have not begun, higher ones come first
 * @param maxSteps how many steps one may call; 1 or more
 */
public record LimitSettings(
        @Nullable Integer concurrency,
        @Nullable Integer concurrencyPerKey,
        @Nullable Integer priority,
        @Nullable Integer maxSteps) {

    public static final LimitSettings UNSET = new LimitSettings(null, null, null, null);

    static final LimitSettings BUILT_IN = new LimitSettings(0, 1, 0, 10_000);

    /** @throws IllegalArgumentException if a value is out of bounds */
    public LimitSettings {
        require(concurrency == null || concurrency >= 0, "concurrency must be 0 or more, not " + concurrency);
        require(
                concurrencyPerKey == null || concurrencyPerKey > 0,
                "concurrency-per-key must be 1 or more, not " + concurrencyPerKey);
        require(maxSteps == null || maxSteps > 0, "max-steps must be 1 or more, not " + maxSteps);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** These, and what they leave open as the others say. */
    LimitSettings orElse(LimitSettings others) {
        return new LimitSettings(
                concurrency != null ? concurrency : others.concurrency,
                concurrencyPerKey != null ? concurrencyPerKey : others.concurrencyPerKey,
                priority != null ? priority : others.priority,
                maxSteps != null ? maxSteps : others.maxSteps);
    }
}
