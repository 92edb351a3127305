package dev.workflows.engine;

import dev.workflows.Backoff;
import dev.workflows.NonRetryableException;
import dev.workflows.StepDelay;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** When a failed attempt is followed by another, and after how long. */
record RetryPolicy(
        int retries,
        Duration delay,
        Backoff backoff,
        @Nullable Duration maxDelay,
        double jitter,
        @Nullable StepDelay delayFunction,
        List<Class<? extends Throwable>> noRetryFor) {

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Whether the step has failed for good, after so many attempts and with this as the last one's exception. */
    boolean isExhausted(int attempts, Throwable thrown) {
        return attempts > retries
                || thrown instanceof NonRetryableException
                || thrown instanceof UnstorableResultException
                || thrown instanceof UnusableTransactionException
                || noRetryFor.stream().anyMatch(type -> type.isInstance(thrown));
    }

    /** How long to wait after so many attempts, and with this as the last one's exception. */
    Duration waitAfter(int attempts, Throwable thrown, RandomGenerator random) {
        return delayFunction == null ? waitAfter(attempts, random) : computed(delayFunction.after(attempts, thrown));
    }

    private static Duration computed(@Nullable Duration wait) {
        if (wait == null || wait.isNegative() || wait.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("A computed delay is 0 to 365 days, not " + wait);
        }
        return wait;
    }

    private Duration waitAfter(int attempts, RandomGenerator random) {
        Duration wait = backoff.waitAfter(attempts, delay);
        if (jitter > 0) {
            double factor = 1 + jitter * (2 * random.nextDouble() - 1);
            wait = Duration.ofNanos((long) (wait.toNanos() * factor));
        }
        return maxDelay != null && wait.compareTo(maxDelay) > 0 ? maxDelay : wait;
    }
}
