package dev.workflows.engine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The times of an instance's steps, as people read them and as a restart orders them: each later than the one before,
 * though another node, whose clock is ahead, may have given that one.
 */
final class PassClock {

    private Instant latest;

    PassClock(Instant latest) {
        this.latest = latest;
    }

    synchronized Instant next() {
        Instant now = Timestamps.now();
        latest = now.isAfter(latest) ? now : latest.plus(1, ChronoUnit.MICROS);
        return latest;
    }
}
