package dev.workflows.engine;

import dev.workflows.DurationText;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.Owned;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the other nodes that this one lives, and takes over what dead ones owned. */
final class Lease {

    private static final Logger log = LoggerFactory.getLogger(Lease.class);
    private static final int RENEWALS_PER_LEASE = 4;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final WorkflowStore store;
    private final Duration duration;
    private final ScheduledExecutorService timer;
    private final Orphans orphans;
    private final AtomicBoolean soon = new AtomicBoolean();
    private volatile String node = "";
    /** Until when no other node can have taken this one for dead, as {@link System#nanoTime} counts. */
    private volatile long certainUntil = System.nanoTime();
    /** For the timer's thread alone; counted as {@link System#nanoTime} does. */
    private long recoversFrom = System.nanoTime();
    /** Why the last heartbeat failed; null if it did not. */
    private volatile @Nullable Throwable trouble;

    Lease(WorkflowStore store, Duration duration, ScheduledExecutorService timer) {
        this.store = store;
        this.duration = duration;
        this.timer = timer;
        this.orphans = new Orphans(store);
    }

    /** The name under which this node owns instances. */
    String node() {
        return node;
    }

    /** @param running how many instances this node runs */
    NodeState state(int running) {
        Duration sinceRenewal =
                Duration.ofNanos(System.nanoTime() - certainUntil).plus(duration);
        return new NodeState(node, running, duration, sinceRenewal, trouble);
    }

    /** What a lease is held for. */
    interface Holder {

        /** Until when what had become this node's is running, or has been, as {@link System#nanoTime} counts. */
        long handedOverUntil();

        /** The keys of the instances that this node runs. */
        Set<Long> running();

        /** What compares that with the instances that this node owns, as the database says a little later. */
        Consumer<List<Owned>> comparing();

        /** Other nodes have taken over what this node ran. */
        void lost();

        /** Instances have become due that others ran, or nobody. */
        void due();
    }

    void start(Holder holder) {
        join();
        long every = duration.toNanos() / RENEWALS_PER_LEASE;
        timer.scheduleWithFixedDelay(() -> beat(holder), 0, every, TimeUnit.NANOSECONDS);
    }

    void leave() {
        store.leave(node);
    }

    /**
     * Returns at once, unless this node or its database has stood still for so long that other nodes may have taken over
     * what it ran: then waits until the lease is renewed, or no longer needed. What was completed elsewhere in the
     * meantime must not be entered here again.
     */
    void awaitCertainty(BooleanSupplier needed) {
        if (isCertain()) {
            return;
        }
        synchronized (this) {
            while (!isCertain() && needed.getAsBoolean()) {
                try {
                    wait(LOOK_AGAIN.toMillis());
                } catch (InterruptedException e) {
                    // nobody has a reason to; what is waited for comes, or is no longer needed
                }
            }
        }
    }

    /** Whether no other node can have taken this one for dead. */
    boolean isCertain() {
        return System.nanoTime() - certainUntil < 0;
    }

    /** @param asked when the database was asked: its own count begins later */
    private synchronized void renewed(long asked) {
        certainUntil = asked + duration.toNanos();
        notifyAll();
    }

    private void join() {
        String id = UUID.randomUUID().toString();
        long asked = System.nanoTime();
        store.join(id, "pid " + ProcessHandle.current().pid(), duration);
        node = id;
        renewed(asked);
    }

    /** Something that this node runs was steered elsewhere: does not wait for the next time. */
    void beatSoon(Holder holder) {
        if (!soon.compareAndSet(false, true)) {
            return;
        }
        try {
            timer.execute(() -> {
                soon.set(false);
                beat(holder);
            });
        } catch (RejectedExecutionException e) {
            log.debug("node={} stops, and with it whatever was steered", node);
        }
    }

    /** Must not throw: the timer would never call again. */
    private void beat(Holder holder) {
        try {
            long handedOverUntil = holder.handedOverUntil();
            Set<Long> running = holder.running();
            Consumer<List<Owned>> comparison = holder.comparing();
            long asked = System.nanoTime();
            if (trouble != null || !isCertain()) {
                // the others may have been without the database too: they get the time to say that they live
                recoversFrom = asked + duration.toNanos();
            }
            Optional<Heartbeat> heartbeat = store.renew(node, duration);
            if (heartbeat.isPresent()) {
                renewed(asked);
                comparison.accept(heartbeat.get().owned());
                int released = orphans.release(node, heartbeat.get().owned(), running, handedOverUntil);
                boolean recovers = heartbeat.get().anyGone() && asked - recoversFrom >= 0;
                if (recovers) {
                    recover();
                }
                if (released > 0 || recovers) {
                    holder.due();
                }
            } else {
                log.warn(
                        "node={} was taken for dead after {} without a word: its instances go on elsewhere, and it joins anew",
                        node,
                        DurationText.shortly(duration));
                holder.lost();
                join();
            }
            trouble = null;
        } catch (RuntimeException e) {
            trouble = e;
            log.warn("node={} could not renew its lease, trying again: {}", node, e.toString());
        }
    }

    private void recover() {
        int taken = store.recover();
        if (taken > 0) {
            log.info("{} interrupted instances of dead nodes go on", taken);
        }
    }
}
