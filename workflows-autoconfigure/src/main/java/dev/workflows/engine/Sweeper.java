package dev.workflows.engine;

import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes ended instances whose retention has passed: in transactions small enough to be in nobody's way, with a pause
 * between them in which the timer's thread and the database are free for others. Nodes may sweep at the same time.
 */
final class Sweeper {

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    static final int BATCH = 200;
    static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration TOO_LONG = Duration.ofSeconds(1);

    private final WorkflowStore store;
    private final ScheduledExecutorService timer;
    private final Duration every;
    private final LongSupplier nanoTime;
    private int batch = BATCH;
    private int total;

    Sweeper(WorkflowStore store, ScheduledExecutorService timer, Duration every) {
        this(store, timer, every, System::nanoTime);
    }

    Sweeper(WorkflowStore store, ScheduledExecutorService timer, Duration every, LongSupplier nanoTime) {
        this.store = store;
        this.timer = timer;
        this.every = every;
        this.nanoTime = nanoTime;
    }

    void start() {
        sweepIn(every);
    }

    private void sweep() {
        boolean more = false;
        try {
            more = deleteBatch();
        } catch (RuntimeException | Error e) {
            batch = Math.max(1, batch / 2);
            log.warn("Deleting ended instances failed, trying again in {}: {}", every, e.toString());
        }
        if (!more && total > 0) {
            log.info("{} ended instances deleted, whose retention has passed", total);
            total = 0;
        }
        sweepIn(more ? PAUSE : every);
    }

    /** Instances of thousands of steps take their time: then the next batch has fewer. */
    private boolean deleteBatch() {
        int asked = batch;
        long start = nanoTime.getAsLong();
        int deleted = store.purge(asked);
        boolean tookLong = nanoTime.getAsLong() - start > TOO_LONG.toNanos();
        batch = tookLong ? Math.max(1, asked / 2) : Math.min(BATCH, asked * 2);
        total += deleted;
        return deleted == asked;
    }

    private void sweepIn(Duration delay) {
        try {
            timer.schedule(this::sweep, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("This node stops: others, or its next start, delete what is left");
        }
    }
}
