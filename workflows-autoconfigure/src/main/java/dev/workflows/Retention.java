package dev.workflows;

import java.time.Duration;

/**
 * How long an instance is kept after it ended; then it and its steps are deleted and its id is free again.
 *
 * @param success after it completed
 * @param error after it ended in any other way
 */
public record Retention(Duration success, Duration error) {

    private static final Duration LONGEST = Duration.ofDays(100 * 365);

    /** @throws IllegalArgumentException if a duration is negative, or longer than 100 years */
    public Retention {
        if (success.isNegative() || error.isNegative()) {
            throw new IllegalArgumentException(
                    "A retention cannot be negative: success %s, error %s".formatted(success, error));
        }
        if (success.compareTo(LONGEST) > 0 || error.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "A retention is at most 100 years: success %s, error %s".formatted(success, error));
        }
    }

    /** The same duration however the instance ends. */
    public static Retention of(Duration duration) {
        return new Retention(duration, duration);
    }
}
