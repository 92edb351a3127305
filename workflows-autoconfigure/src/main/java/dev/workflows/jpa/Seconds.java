package dev.workflows.jpa;

import java.time.Duration;

/** Durations as the database calculates with them: seconds, to the microsecond. */
final class Seconds {

    private Seconds() {}

    static double of(Duration duration) {
        return duration.toMillis() / 1e3 + duration.toNanosPart() % 1_000_000 / 1e9;
    }

    static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
