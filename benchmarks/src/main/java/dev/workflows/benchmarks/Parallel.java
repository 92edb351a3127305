package dev.workflows.benchmarks;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** The same work, many times, on several threads. */
final class Parallel {

    /** What one thread does again and again. */
    interface Work extends AutoCloseable {

        void once() throws Exception;

        @Override
        default void close() throws SQLException {}
    }

    private Parallel() {}

    /** How often it was done in a second, over all threads. */
    static double perSecond(int threads, int times, Callable<Work> preparing) throws Exception {
        AtomicInteger left = new AtomicInteger(times);
        CyclicBarrier start = new CyclicBarrier(threads + 1);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(() -> {
                    try (Work work = preparing.call()) {
                        start.await();
                        while (left.decrementAndGet() >= 0) {
                            work.once();
                        }
                    }
                    return null;
                }));
            }
            start.await();
            long began = System.nanoTime();
            for (Future<?> each : running) {
                each.get();
            }
            return times / ((System.nanoTime() - began) / 1e9);
        } finally {
            executor.shutdownNow();
        }
    }
}
