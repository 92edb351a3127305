package dev.workflows;

import java.time.Duration;

/** How the wait between attempts grows with the number <i>n</i> of attempts made so far, from a step's delay <i>d</i>. */
public enum Backoff {
    /** As configured in {@code application.yml}; exponential if nothing is. */
    AS_CONFIGURED,
    /** Always <i>d</i>. */
    CONSTANT,
    /** <i>d · n</i>. */
    LINEAR,
    /** <i>d · 2<sup>n−1</sup></i>. */
    EXPONENTIAL;

    private static final Duration LONGEST = Duration.ofDays(365);

    /**
     * The wait after {@code attempts} attempts, at most 365 days.
     *
     * @throws IllegalStateException on {@link #AS_CONFIGURED}, which has no arithmetic of its own
     */
    public Duration waitAfter(int attempts, Duration delay) {
        double factor = switch (this) {
            case AS_CONFIGURED ->
                throw new IllegalStateException("Backoff.AS_CONFIGURED stands for a value, it is none");
            case CONSTANT -> 1;
            case LINEAR -> attempts;
            case EXPONENTIAL -> Math.pow(2, attempts - 1.0);
        };
        // a delay beyond the longest wait may be more than nanoseconds can count
        double nanos = (delay.compareTo(LONGEST) > 0 ? LONGEST : delay).toNanos() * factor;
        return nanos >= LONGEST.toNanos() ? LONGEST : Duration.ofNanos((long) nanos);
    }
}
