package dev.workflows.engine;

import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the other nodes that this one lives, and takes over what dead ones owned. */
final class Lease {

    private static final Logger log = LoggerFactory.getLogger(Lease.class);
    private static final int RENEWALS_PER_LEASE = 4;

    private final WorkflowStore store;
    private final Passes passes;
    private final Duration duration;
    private final Orphans orphans;
    private volatile String node = "";

    Lease(WorkflowStore store, Passes passes, Duration duration) {
        this.store = store;
        this.passes = passes;
        this.duration = duration;
        this.orphans = new Orphans(store);
    }

    /** The name under which this node owns instances. */
    String node() {
        return node;
    }

    /**
     * @param running the keys of the instances that this node runs
     * @param recovered what to do when instances have become due
     */
    void start(ScheduledExecutorService timer, Supplier<Set<Long>> running, Runnable recovered) {
        join();
        long every = duration.toNanos() / RENEWALS_PER_LEASE;
        timer.scheduleWithFixedDelay(() -> beat(running, recovered), 0, every, TimeUnit.NANOSECONDS);
    }

    void leave() {
        store.leave(node);
    }

    private void join() {
        String id = UUID.randomUUID().toString();
        store.join(id, "pid " + ProcessHandle.current().pid(), duration);
        node = id;
    }

    /** Must not throw: the timer would never call again. */
    private void beat(Supplier<Set<Long>> running, Runnable recovered) {
        try {
            if (!store.renew(node, duration)) {
                log.warn(
                        "node={} was taken for dead after {} without a word: its instances go on elsewhere, and it joins anew",
                        node,
                        duration);
                passes.all().forEach(Pass::loseAndInterrupt);
                join();
            }
            int taken = store.recover();
            if (taken > 0) {
                log.info("{} interrupted instances of dead nodes go on", taken);
            }
            if (taken + orphans.release(node, running.get()) > 0) {
                recovered.run();
            }
        } catch (RuntimeException e) {
            log.warn("node={} could not renew its lease, trying again: {}", node, e.toString());
        }
    }
}
