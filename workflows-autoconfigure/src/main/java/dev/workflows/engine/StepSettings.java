package dev.workflows.engine;

import dev.workflows.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is said about retries and timeout in one place; null where that place says nothing. */
public record StepSettings(
        @Nullable Integer retries,
        @Nullable Duration delay,
        @Nullable Backoff backoff,
        @Nullable Duration maxDelay,
        @Nullable Double jitter,
        @Nullable Duration timeout) {

    /** What applies where nothing else is said. */
    public static final StepSettings BUILT_IN =
            new StepSettings(5, Duration.ofSeconds(10), Backoff.EXPONENTIAL, null, 0.0, Duration.ofMinutes(10));

    public static final StepSettings UNSET = new StepSettings(null, null, null, null, null, null);

    /** @throws IllegalArgumentException if a value is out of bounds */
    public StepSettings {
        require(retries == null || retries >= 0, "retries must be 0 or more, not " + retries);
        require(
                jitter == null || jitter >= 0 && jitter <= 1,
                "jitter must be between 0 and 1, the share by which a wait may vary, not " + jitter);
        require(timeout == null || timeout.compareTo(Duration.ZERO) > 0, "timeout must be longer than 0");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** These, and what they leave open as the others say. */
    StepSettings orElse(StepSettings others) {
        return new StepSettings(
                retries != null ? retries : others.retries,
                delay != null ? delay : others.delay,
                backoff != null && backoff != Backoff.AS_CONFIGURED ? backoff : others.backoff,
                maxDelay != null ? maxDelay : others.maxDelay,
                jitter != null ? jitter : others.jitter,
                timeout != null ? timeout : others.timeout);
    }
}
