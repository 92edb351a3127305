package dev.workflows.store;

import java.time.Duration;

/**
 * Where a step without an outcome stands.
 *
 * @param made how many attempts were made
 * @param left how long until the next one, zero or less if it may be made
 */
public record Retry(int made, Duration left) {

    public static final Retry NONE = new Retry(0, Duration.ZERO);
}
