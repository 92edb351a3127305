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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets writers of the same kind that come at the same time share a transaction: while one is writing, others wait, and the
 * first of them then writes for all. A lone writer waits for nobody, and hands nothing over.
 *
 * <p>What could not be written together is written alone by whoever wants it, so that a failure is only ever one's own.
 *
 * @param <W> what is written
 * @param <R> what is to be known of it then
 */
final class SharedWrites<W, R> {

    private static final Logger log = LoggerFactory.getLogger(SharedWrites.class);

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
    private final Deque<Waiting<W, R>> queue = new ArrayDeque<>();
    private boolean writing;

    /**
     * @param together writes all, or as many as it can, in one transaction; empty for one that must be written alone
     * @param alone writes one, in a transaction of its own
     * @param size how much there is to write, in characters
     */
    SharedWrites(Function<List<W>, List<Optional<R>>> together, Function<W, R> alone, ToIntFunction<W> size) {
        this.together = together;
        this.alone = alone;
        this.size = size;
    }

    R write(W write) {
        Waiting<W, R> mine = new Waiting<>(write, size.applyAsInt(write));
        State state = enqueue(mine) ? mine.await() : State.LEADS;
        if (state == State.LEADS) {
            state = lead(mine);
        }
        R result = mine.result;
        return state == State.WRITTEN && result != null ? result : alone.apply(write);
    }

    /** False if nobody is writing, so that it need not wait. */
    private synchronized boolean enqueue(Waiting<W, R> mine) {
        if (!writing) {
            writing = true;
            return false;
        }
        queue.add(mine);
        return true;
    }

    private State lead(Waiting<W, R> mine) {
        List<Waiting<W, R>> batch = batch(mine);
        boolean committed = false;
        try {
            if (batch.size() == 1) {
                mine.result = alone.apply(mine.write);
            } else {
                writeTogether(batch);
            }
            committed = true;
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                throw e;
            }
            log.debug(
                    "{} writes could not share a transaction: whoever is to blame will see it alone", batch.size(), e);
        } finally {
            // first: the others take a while to wake
            passOn();
            batch.forEach(committed ? Waiting::written : Waiting::leaveOut);
        }
        return mine.state;
    }

    private void writeTogether(List<Waiting<W, R>> batch) {
        List<Optional<R>> results =
                together.apply(batch.stream().map(it -> it.write).toList());
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).result = results.get(i).orElse(null);
        }
    }

    private synchronized List<Waiting<W, R>> batch(Waiting<W, R> mine) {
        List<Waiting<W, R>> batch = new ArrayList<>(List.of(mine));
        long room = (long) MAX_SIZE - mine.size;
        Waiting<W, R> next = queue.peek();
        while (next != null && batch.size() < MAX_TOGETHER && next.size <= room) {
            batch.add(queue.remove());
            room -= next.size;
            next = queue.peek();
        }
        return batch;
    }

    private synchronized void passOn() {
        Waiting<W, R> next = queue.poll();
        if (next == null) {
            writing = false;
        } else {
            next.become(State.LEADS);
        }
    }

    private static final class Waiting<W, R> {

        private final W write;
        private final int size;
        private final Thread thread = Thread.currentThread();
        private volatile State state = State.WAITING;
        private volatile @Nullable R result;

        Waiting(W write, int size) {
            this.write = write;
            this.size = size;
        }

        /** Nobody interrupts a write: an interrupt is meant for what comes after it. */
        State await() {
            boolean interrupted = false;
            while (state == State.WAITING) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                thread.interrupt();
            }
            return state;
        }

        /** It is committed, unless it was left out. */
        void written() {
            become(result == null ? State.LEFT_OUT : State.WRITTEN);
        }

        void leaveOut() {
            become(State.LEFT_OUT);
        }

        void become(State next) {
            state = next;
            if (thread != Thread.currentThread()) {
                LockSupport.unpark(thread);
            }
        }
    }
}
