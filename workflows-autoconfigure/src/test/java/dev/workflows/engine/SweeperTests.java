package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.store.WorkflowStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the sweeper deletes, and how much at a time. */
class SweeperTests {

    private static final Duration EVERY = Duration.ofMinutes(1);

    /** Runs what is scheduled when the test says so. */
    private static final class HandDriven extends ScheduledThreadPoolExecutor {

        private final Deque<Runnable> next = new ArrayDeque<>();
        private final List<Duration> delays = new ArrayList<>();

        HandDriven() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            if (isShutdown()) {
                throw new RejectedExecutionException();
            }
            next.add(command);
            delays.add(Duration.of(delay, unit.toChronoUnit()));
            return super.schedule(() -> {}, 1, TimeUnit.HOURS);
        }

        void ring() {
            next.remove().run();
        }
    }

    private final HandDriven timer = new HandDriven();
    private final List<Integer> asked = new ArrayList<>();
    private long nanoTime;

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void sweeper(IntUnaryOperator purge) {
        WorkflowStore store = (WorkflowStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {WorkflowStore.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("purge");
                    asked.add((int) arguments[0]);
                    return purge.applyAsInt((int) arguments[0]);
                });
        new Sweeper(store, timer, EVERY, () -> nanoTime).start();
    }

    @Test
    void pausesBetweenFullBatchesAndThenWaits() {
        int[] left = {2 * Sweeper.BATCH + 7};
        sweeper(limit -> {
            int deleted = Math.min(limit, left[0]);
            left[0] -= deleted;
            return deleted;
        });

        timer.ring();
        timer.ring();
        timer.ring();

        assertThat(left).containsExactly(0);
        assertThat(timer.delays).containsExactly(EVERY, Sweeper.PAUSE, Sweeper.PAUSE, EVERY);
        assertThat(asked).containsOnly(Sweeper.BATCH);
    }

    @Test
    void deletesFewerAtATimeWhereThatTakesLong() {
        long[] seconds = {2, 2, 2, 0, 0, 0, 0};
        sweeper(limit -> {
            nanoTime += Duration.ofSeconds(seconds[asked.size() - 1]).toNanos();
            return limit;
        });

        for (int i = 0; i < seconds.length; i++) {
            timer.ring();
        }

        assertThat(asked).containsExactly(200, 100, 50, 25, 50, 100, 200);
    }

    @Test
    void deletesAtLeastOneAtATime() {
        sweeper(limit -> {
            nanoTime += Duration.ofMinutes(1).toNanos();
            return limit;
        });

        for (int i = 0; i < 12; i++) {
            timer.ring();
        }

        assertThat(asked).endsWith(1, 1, 1, 1);
    }

    @Test
    void triesAgainLaterWithFewerWhenADeletionFails() {
        sweeper(limit -> {
            if (asked.size() == 1) {
                throw new IllegalStateException("the database is away");
            }
            return 0;
        });

        timer.ring();
        timer.ring();

        assertThat(timer.delays).containsExactly(EVERY, EVERY, EVERY);
        assertThat(asked).containsExactly(200, 100);
    }

    @Test
    void stopsWithItsTimer() {
        sweeper(limit -> {
            timer.shutdown();
            return limit;
        });

        timer.ring();

        assertThat(timer.next).isEmpty();
    }
}
