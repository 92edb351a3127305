package dev.workflows.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * How long to wait until the next look for due instances: short while there is something to find, then longer and longer, and
 * longest where this node is told. Nodes that started together do not look together for long.
 */
final class PollPace {

    /** What a node is told may be lost. */
    static final int LONGER_WHEN_TOLD = 5;

    private static final int SHORTER_WHEN_FOUND = 16;
    private static final double JITTER = 0.2;

    private final Duration longest;
    private final BooleanSupplier told;
    private Duration wait;

    PollPace(Duration longest, BooleanSupplier told) {
        this.longest = longest;
        this.told = told;
        this.wait = longest;
    }

    Duration afterLook(boolean found) {
        if (told.getAsBoolean()) {
            return jittered(longest.multipliedBy(LONGER_WHEN_TOLD));
        }
        Duration doubled = wait.multipliedBy(2);
        wait = found ? longest.dividedBy(SHORTER_WHEN_FOUND) : doubled.compareTo(longest) < 0 ? doubled : longest;
        return jittered(wait);
    }

    private static Duration jittered(Duration longest) {
        return Duration.ofNanos((long)
                (longest.toNanos() * (1 - JITTER * ThreadLocalRandom.current().nextDouble())));
    }
}
