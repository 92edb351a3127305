package dev.workflows.engine;

import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends what {@code run} does when its instance's deadline has passed, by the database's clock. */
final class DeadlineWatch {

    private static final Logger log = LoggerFactory.getLogger(DeadlineWatch.class);

    private final ScheduledExecutorService timer;
    private final Executor threads;
    private final WorkflowStore store;
    private final Patience patience;
    private final Duration grace;
    private final Map<Pass, Future<?>> alarms = new ConcurrentHashMap<>();

    /**
     * @param threads where the database is asked
     * @param grace how long interrupted bodies may take to end
     */
    DeadlineWatch(
            ScheduledExecutorService timer, Executor threads, WorkflowStore store, Patience patience, Duration grace) {
        this.timer = timer;
        this.threads = threads;
        this.store = store;
        this.patience = patience;
        this.grace = grace;
    }

    void watch(Pass pass, Duration left) {
        // known before the alarm rings
        alarms.put(pass, CompletableFuture.completedFuture(null));
        again(left, this::look, pass);
    }

    /** The pass has come to an end, and is not to be disturbed. */
    void unwatch(Pass pass) {
        Future<?> alarm = alarms.remove(pass);
        if (alarm != null) {
            alarm.cancel(false);
        }
    }

    private void look(Pass pass) {
        Optional<Duration> left = patience.insist(() -> store.untilDeadline(pass.claim()));
        if (left.isEmpty()) {
            // it is somebody else's, who sees to it
            unwatch(pass);
        } else if (left.get().compareTo(Duration.ZERO) > 0) {
            again(left.get(), this::look, pass);
        } else if (alarms.containsKey(pass) && pass.exceedDeadline()) {
            log.info("{} has come to its deadline: bodies are interrupted", pass);
            again(grace, this::abandon, pass);
        }
    }

    /** What ignores its interruption is left behind with its thread: whoever takes the instance up next ends it. */
    private void abandon(Pass pass) {
        if (alarms.remove(pass) == null) {
            return;
        }
        log.warn(
                "{} ignores the interruption at its deadline: its thread is left behind, and what it still does no longer "
                        + "counts",
                pass);
        patience.insist(() -> store.release(pass.claim(), true));
        pass.lose();
        pass.slot().free(Duration.ZERO);
    }

    private void again(Duration delay, Consumer<Pass> action, Pass pass) {
        alarms.computeIfPresent(pass, (same, alarm) -> in(delay, action, same));
    }

    private Future<?> in(Duration delay, Consumer<Pass> action, Pass pass) {
        return timer.schedule(() -> threads.execute(() -> safely(action, pass)), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void safely(Consumer<Pass> action, Pass pass) {
        try {
            action.accept(pass);
        } catch (RuntimeException e) {
            log.warn("{} is not ended at its deadline here, but when it is next taken up", pass, e);
        }
    }
}
