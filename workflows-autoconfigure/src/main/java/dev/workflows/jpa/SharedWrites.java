package dev.workflows.jpa;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets writers that come at the same time share a transaction: while one is writing, others wait, and the first of them
 * then writes for all. A lone writer waits for nobody, and hands nothing over.
 *
 * <p>What could not be written together is written alone by whoever wants it, so that a failure is only ever one's own.
 */
final class SharedWrites<W, R> {

    private static final int MAX_TOGETHER = 128;
    private static final int MAX_SIZE = 1_000_000;

    private enum State {
        WAITING,
        /** Writes next, for itself and others. */
        LEADS,
        WRITTEN,
        /** Could not be written together with others. */
        LEFT_OUT
    }

    private final Function<List<W>, List<Optional<R>>> together;
    private final Function<W, R> alone;
    private final ToIntFunction<W> size;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private boolean writing;

    /**
     * @param together writes all, or as many as it can; empty for one that must be written alone
     * @param alone writes one
     * @param size how much there is to write, in characters
     */
    SharedWrites(Function<List<W>, List<Optional<R>>> together, Function<W, R> alone, ToIntFunction<W> size) {
        this.together = together;
        this.alone = alone;
        this.size = size;
    }

    R write(W write) {
        Waiting mine = new Waiting(write);
        State state = enqueue(mine) ? mine.await() : State.LEADS;
        if (state == State.LEADS) {
            state = lead(mine);
        }
        R result = mine.result;
        return state == State.WRITTEN && result != null ? result : alone.apply(write);
    }

    /** False if nobody is writing, so that it need not wait. */
    private synchronized boolean enqueue(Waiting mine) {
        if (!writing) {
            writing = true;
            return false;
        }
        queue.add(mine);
        return true;
    }

    private State lead(Waiting mine) {
        List<Waiting> batch = batch(mine);
        try {
            if (batch.size() == 1) {
                mine.end(Optional.of(alone.apply(mine.write)));
            } else {
                List<Optional<R>> results =
                        together.apply(batch.stream().map(it -> it.write).toList());
                for (int i = 0; i < batch.size(); i++) {
                    batch.get(i).end(results.get(i));
                }
            }
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                throw e;
            }
            // whoever is to blame will see it alone
        } finally {
            batch.forEach(Waiting::leaveOut);
            passOn();
        }
        return mine.state;
    }

    private synchronized List<Waiting> batch(Waiting mine) {
        List<Waiting> batch = new ArrayList<>(List.of(mine));
        long room = (long) MAX_SIZE - size.applyAsInt(mine.write);
        Waiting next = queue.peek();
        while (next != null && batch.size() < MAX_TOGETHER && size.applyAsInt(next.write) <= room) {
            batch.add(queue.remove());
            room -= size.applyAsInt(next.write);
            next = queue.peek();
        }
        return batch;
    }

    private synchronized void passOn() {
        Waiting next = queue.poll();
        if (next == null) {
            writing = false;
        } else {
            next.become(State.LEADS);
        }
    }

    private final class Waiting {

        private final W write;
        private final Thread thread = Thread.currentThread();
        private volatile State state = State.WAITING;
        private volatile @Nullable R result;

        Waiting(W write) {
            this.write = write;
        }

        /** Nobody interrupts a write: an interrupt is meant for what comes after it. */
        State await() {
            boolean interrupted = false;
            while (state == State.WAITING) {
                LockSupport.park(SharedWrites.this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                thread.interrupt();
            }
            return state;
        }

        void end(Optional<R> written) {
            written.ifPresent(it -> result = it);
            become(written.isPresent() ? State.WRITTEN : State.LEFT_OUT);
        }

        void leaveOut() {
            if (state != State.WRITTEN) {
                become(State.LEFT_OUT);
            }
        }

        void become(State next) {
            state = next;
            LockSupport.unpark(thread);
        }
    }
}
