package dev.workflows.engine;

import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes ended instances whose retention has passed, in batches small enough to be in nobody's way. */
final class Sweeper {

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    private static final int BATCH = 200;

    private final WorkflowStore store;
    private final BooleanSupplier stopped;

    Sweeper(WorkflowStore store, BooleanSupplier stopped) {
        this.store = store;
        this.stopped = stopped;
    }

    void start(ScheduledExecutorService timer, Duration every) {
        timer.scheduleWithFixedDelay(this::sweep, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Must not throw: the timer would never call again. */
    private void sweep() {
        try {
            int total = 0;
            int deleted;
            do {
                deleted = store.purge(BATCH);
                total += deleted;
            } while (deleted == BATCH && !stopped.getAsBoolean());
            if (total > 0) {
                log.info("{} ended instances deleted, whose retention has passed", total);
            }
        } catch (RuntimeException e) {
            log.warn("Deleting ended instances failed, trying again later: {}", e.toString());
        }
    }
}
