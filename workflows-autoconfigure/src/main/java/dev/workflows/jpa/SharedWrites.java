package dev.workflows.jpa;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets writers that come at the same time share a transaction: while one is writing, others wait, and the first of them
 * then writes for all. A lone writer waits for nobody, and hands nothing over.
 *
 * <p>What could not be written together is written alone by whoever wants it, so that a failure is only ever one's own.
 */
final class SharedWrites {

    /**
     * What is written in the same way.
     *
     * @param together writes all, or as many as it can, in the calling thread's transaction; empty for one that must be
     *     written alone
     * @param alone writes one, in a transaction of its own
     * @param size how much there is to write, in characters
     */
    record Kind<W, R>(Function<List<W>, List<Optional<R>>> together, Function<W, R> alone, ToIntFunction<W> size) {}

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

    private final Consumer<Runnable> transaction;
    private final Deque<Waiting<?, ?>> queue = new ArrayDeque<>();
    private boolean writing;

    /** @param transaction runs what shares a transaction in one */
    SharedWrites(Consumer<Runnable> transaction) {
        this.transaction = transaction;
    }

    <W, R> R write(Kind<W, R> kind, W write) {
        Waiting<W, R> mine = new Waiting<>(kind, write);
        State state = enqueue(mine) ? mine.await() : State.LEADS;
        if (state == State.LEADS) {
            state = lead(mine);
        }
        R result = mine.result;
        return state == State.WRITTEN && result != null ? result : kind.alone().apply(write);
    }

    /** False if nobody is writing, so that it need not wait. */
    private synchronized boolean enqueue(Waiting<?, ?> mine) {
        if (!writing) {
            writing = true;
            return false;
        }
        queue.add(mine);
        return true;
    }

    private <W, R> State lead(Waiting<W, R> mine) {
        List<Waiting<?, ?>> batch = batch(mine);
        try {
            if (batch.size() == 1) {
                mine.result = mine.kind.alone().apply(mine.write);
            } else {
                transaction.accept(() -> writeTogether(batch));
            }
            batch.forEach(Waiting::written);
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                throw e;
            }
            log.debug(
                    "{} writes could not share a transaction: whoever is to blame will see it alone", batch.size(), e);
        } finally {
            batch.forEach(Waiting::leaveOut);
            passOn();
        }
        return mine.state;
    }

    private static void writeTogether(List<Waiting<?, ?>> batch) {
        Map<Kind<?, ?>, List<Waiting<?, ?>>> byKind = new LinkedHashMap<>();
        batch.forEach(
                it -> byKind.computeIfAbsent(it.kind, kind -> new ArrayList<>()).add(it));
        byKind.forEach(SharedWrites::writeTogether);
    }

    @SuppressWarnings("unchecked") // they are grouped by their kind
    private static <W, R> void writeTogether(Kind<W, R> kind, List<Waiting<?, ?>> group) {
        List<Waiting<W, R>> waiting = (List<Waiting<W, R>>) (List<?>) group;
        List<Optional<R>> results =
                kind.together().apply(waiting.stream().map(it -> it.write).toList());
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).result = results.get(i).orElse(null);
        }
    }

    private synchronized List<Waiting<?, ?>> batch(Waiting<?, ?> mine) {
        List<Waiting<?, ?>> batch = new ArrayList<>(List.of(mine));
        long room = (long) MAX_SIZE - mine.size();
        Waiting<?, ?> next = queue.peek();
        while (next != null && batch.size() < MAX_TOGETHER && next.size() <= room) {
            batch.add(queue.remove());
            room -= next.size();
            next = queue.peek();
        }
        return batch;
    }

    private synchronized void passOn() {
        Waiting<?, ?> next = queue.poll();
        if (next == null) {
            writing = false;
        } else {
            next.become(State.LEADS);
        }
    }

    private static final class Waiting<W, R> {

        private final Kind<W, R> kind;
        private final W write;
        private final Thread thread = Thread.currentThread();
        private volatile State state = State.WAITING;
        private volatile @Nullable R result;

        Waiting(Kind<W, R> kind, W write) {
            this.kind = kind;
            this.write = write;
        }

        int size() {
            return kind.size().applyAsInt(write);
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
            if (result != null) {
                become(State.WRITTEN);
            }
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
