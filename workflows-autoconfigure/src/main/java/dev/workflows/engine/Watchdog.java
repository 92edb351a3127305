package dev.workflows.engine;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Interrupts attempts at their timeout, and abandons those that do not listen. */
final class Watchdog {

    private final ScheduledExecutorService timer;
    private final Executor threads;
    private final Duration grace;

    /**
     * @param threads where to do what an abandoned attempt calls for, which may take its time
     * @param grace how long an interrupted body may take to end
     */
    Watchdog(ScheduledExecutorService timer, Executor threads, Duration grace) {
        this.timer = timer;
        this.threads = threads;
        this.grace = grace;
    }

    /** To be cancelled when the body has ended. */
    Future<?> watch(Attempt attempt, Duration timeout, Runnable abandoned) {
        return timer.schedule(() -> interrupt(attempt, abandoned), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void interrupt(Attempt attempt, Runnable abandoned) {
        if (attempt.interrupt(Attempt.Fate.TIMED_OUT)) {
            timer.schedule(
                    () -> {
                        if (attempt.abandon()) {
                            threads.execute(abandoned);
                        }
                    },
                    grace.toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }
}
