package dev.workflows.engine;

import java.time.Duration;

/** An alarm clock for one thread: it rings at the earliest time that anybody has set since it last rang. */
final class Wakeup {

    private static final long NEVER = Long.MAX_VALUE;

    private final long origin = System.nanoTime();
    private long at = NEVER;

    synchronized void in(Duration duration) {
        long then = now() + Math.max(0, duration.toNanos());
        if (then < at) {
            at = then;
            notifyAll();
        }
    }

    /** Waits until it rings. Nobody has a reason to interrupt the thread; if somebody does, it rings. */
    synchronized void await() {
        try {
            long left = at - now();
            while (left > 0) {
                // at least a millisecond, and never too early
                wait(left / 1_000_000 + 1);
                left = at - now();
            }
        } catch (InterruptedException e) {
            // kept, the interrupt would make every further wait end at once
        }
        at = NEVER;
    }

    private long now() {
        return System.nanoTime() - origin;
    }
}
