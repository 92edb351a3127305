package dev.workflows.benchmarks;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Looks again and again whether something has come to pass. */
final class Await {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);
    private static final Duration BETWEEN = Duration.ofMillis(5);

    private Await() {}

    /** @param what is said if it does not */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > LONG_ENOUGH.toNanos()) {
                throw new IllegalStateException("Not within %s: %s".formatted(LONG_ENOUGH, what));
            }
            Thread.sleep(BETWEEN.toMillis());
        }
    }
}
