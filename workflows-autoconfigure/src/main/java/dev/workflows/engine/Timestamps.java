package dev.workflows.engine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** This node's time, for people to read: nothing is decided by it. To the microsecond, as the database stores it. */
final class Timestamps {

    private Timestamps() {}

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
