package dev.workflows.engine;

import dev.workflows.store.Claim;
import dev.workflows.store.Due;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims due instances as long as this node has slots for them, and gives each a thread. */
final class Dispatcher {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final WorkflowStore store;
    private final Lease lease;
    private final InstanceRunner runner;
    private final Executor threads;
    private final Wakeup wakeup = new Wakeup();
    private final LocalInstances instances = new LocalInstances();
    /** Slots for what may be this node's already, and is not running yet. */
    private final Set<CountedSlot> handingOver = ConcurrentHashMap.newKeySet();

    private int free;
    private volatile boolean moreDue;
    private volatile boolean stopped;

    Dispatcher(WorkflowStore store, Lease lease, InstanceRunner runner, Executor threads, int concurrency) {
        this.store = store;
        this.lease = lease;
        this.runner = runner;
        this.threads = threads;
        this.free = concurrency;
    }

    /** A slot for an instance that is about to be created on this node; null if it must queue, behind those that do. */
    @Nullable
    Slot reserve() {
        Slot slot = stopped || moreDue ? null : take();
        if (slot == null) {
            moreDue = true;
        }
        return slot;
    }

    /** The name under which a reserved slot's instance is owned. */
    String node() {
        return lease.node();
    }

    void run(Claim claim, Slot own) {
        Slot slot = claim.counted() ? makingRoom(own) : own;
        instances.entered(claim);
        handingOver.remove(own);
        try {
            threads.execute(() -> {
                try {
                    runner.run(claim, slot);
                } finally {
                    instances.left(claim);
                }
            });
        } catch (RejectedExecutionException e) {
            // this node has stopped in the meantime: the others see that its instances are nobody's
            instances.left(claim);
            slot.free(null);
        }
    }

    /** Once it is free, an instance that had to wait for this one may run. */
    private Slot makingRoom(Slot slot) {
        return dueIn -> {
            slot.free(dueIn);
            wakeup.in(Duration.ZERO);
        };
    }

    /**
     * Until when, as {@link System#nanoTime} counts, all that had become this node's is among the {@link #instances} too: a
     * claim may be committed long before its answer is here, and so may a creation.
     */
    long handedOverUntil() {
        long now = System.nanoTime();
        return handingOver.stream()
                .mapToLong(slot -> slot.takenAt)
                .reduce(now, (one, other) -> one - other < 0 ? one : other);
    }

    LocalInstances instances() {
        return instances;
    }

    /** An instance will be due then. */
    void dueIn(Duration duration) {
        wakeup.in(duration);
    }

    /** Another node has no room for what is due, or has made something due. */
    void told() {
        if (free() > 0) {
            wakeup.in(Duration.ZERO);
        } else {
            moreDue = true;
        }
    }

    void stop() {
        stopped = true;
        wakeup.in(Duration.ZERO);
    }

    /** Polls until stopped, on the calling thread. */
    void pollUntilStopped(List<InstanceQueue> queues, PollPace pace) {
        List<String> workflows =
                queues.stream().flatMap(queue -> queue.workflows().stream()).toList();
        while (!stopped) {
            Duration next;
            try {
                next = poll(queues, workflows, pace);
            } catch (RuntimeException | Error e) {
                log.warn("Looking for due instances failed, trying again in {}", AFTER_FAILURE, e);
                next = AFTER_FAILURE;
            }
            wakeup.in(next);
            wakeup.await();
        }
    }

    /** Claims what is due and fits; returns when to look again. */
    private Duration poll(List<InstanceQueue> queues, List<String> workflows, PollPace pace) {
        if (moreDue && free() == 0) {
            // whoever frees a slot looks again
            return leftToOthers(pace.afterLook(true));
        }
        // looked at first: what becomes due in the meantime is claimed, or is the next
        Due due = store.due(workflows);
        moreDue = due.now() && claim(queues, due);
        Duration longest = pace.afterLook(due.now());
        if (moreDue) {
            return free() > 0 ? Duration.ZERO : leftToOthers(longest);
        }
        Duration next = due.next();
        return next == null || next.compareTo(longest) > 0 ? longest : next;
    }

    /** Those who wait for their next look, because they were told of nothing, may have room. */
    private Duration leftToOthers(Duration lookAgain) {
        store.tell(List.of());
        return lookAgain;
    }

    /**
     * Takes as many slots as there are instances due, and leaves the others to what is created meanwhile.
     *
     * @return whether some of them are left
     */
    private boolean claim(List<InstanceQueue> queues, Due due) {
        Deque<Slot> slots = new ArrayDeque<>();
        Slot slot = null;
        while (slots.size() < due.count() && (slot = take()) != null) {
            slots.add(slot);
        }
        int asked = slots.size();
        if (asked == 0) {
            return true;
        }
        try {
            List<Claim> claims = store.claim(lease.node(), queues, asked);
            claims.forEach(claim -> run(claim, slots.remove()));
            // fewer if the others are somebody else's, or must wait
            return claims.size() == asked && (asked < due.count() || !due.isAll());
        } finally {
            slots.forEach(unused -> unused.free(null));
        }
    }

    private synchronized int free() {
        return free;
    }

    private synchronized @Nullable Slot take() {
        if (free == 0) {
            return null;
        }
        free--;
        CountedSlot slot = new CountedSlot();
        handingOver.add(slot);
        return slot;
    }

    private synchronized void give() {
        free++;
    }

    private final class CountedSlot implements Slot {

        private final long takenAt = System.nanoTime();
        private final AtomicBoolean freed = new AtomicBoolean();

        @Override
        public void free(@Nullable Duration dueIn) {
            handingOver.remove(this);
            if (freed.compareAndSet(false, true)) {
                give();
                if (moreDue) {
                    wakeup.in(Duration.ZERO);
                }
            }
            if (dueIn != null) {
                wakeup.in(dueIn);
            }
        }
    }
}
