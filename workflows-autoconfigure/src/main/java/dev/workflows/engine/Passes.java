package dev.workflows.engine;

import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Owned;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The passes that are running on this node. */
final class Passes {

    private final Lease lease;
    private final DeadlineWatch deadlines;
    private final Consumer<List<Long>> elsewhere;
    private final Set<Pass> running = ConcurrentHashMap.newKeySet();
    private boolean stopping;

    /** @param elsewhere tells other nodes of instances that do not run here */
    Passes(Lease lease, DeadlineWatch deadlines, Consumer<List<Long>> elsewhere) {
        this.lease = lease;
        this.deadlines = deadlines;
        this.elsewhere = elsewhere;
    }

    /**
     * From here on, a node that stops waits for the pass. Empty if it has begun to stop: then the instance is handed back
     * with whatever else the node owns.
     */
    synchronized Optional<Pass> begin(Claim claim, WorkflowDefinition definition, StepRunner stepRunner, Slot slot) {
        if (stopping) {
            return Optional.empty();
        }
        Pass pass = new Pass(claim, definition, stepRunner, slot, lease);
        running.add(pass);
        return Optional.of(pass);
    }

    /** Ends what the pass does when its instance's deadline has passed. */
    void watch(Pass pass, Duration left) {
        deadlines.watch(pass, left);
    }

    /** {@code run} is through: nothing disturbs what is stored of it. */
    void unwatch(Pass pass) {
        deadlines.unwatch(pass);
    }

    synchronized void end(Pass pass) {
        deadlines.unwatch(pass);
        running.remove(pass);
        notifyAll();
    }

    /** Other nodes have taken over what runs here. */
    void lose() {
        running.forEach(Pass::loseAndInterrupt);
    }

    /** What this node's database says of the instances that it ran when it was asked. */
    void compare(Collection<Pass> asked, List<Owned> owned) {
        Map<Long, Owned> byKey = owned.stream().collect(Collectors.toMap(Owned::key, it -> it));
        for (Pass pass : asked) {
            Owned found = byKey.get(pass.claim().key());
            if (found == null || found.epoch() != pass.claim().epoch()) {
                pass.loseAndInterrupt();
                continue;
            }
            pass.signalled(found.signals());
            if (found.status() == Status.WAITING_FOR_PAUSE) {
                pass.pause();
            }
        }
    }

    /** Something has come that a branch of an instance may be waiting for, wherever that runs. */
    void signalled(long key) {
        List<Pass> here = of(key);
        here.forEach(Pass::signalled);
        if (here.isEmpty()) {
            elsewhere.accept(List.of(key));
        }
    }

    /** The passes of an instance: the one that has it, and maybe such as are left of those that had it. */
    List<Pass> of(long key) {
        return running.stream().filter(pass -> pass.claim().key() == key).toList();
    }

    List<Pass> all() {
        return List.copyOf(running);
    }

    /** Lets every pass end at the next thing that {@code run} asks of the engine. */
    synchronized void stop() {
        stopping = true;
        running.forEach(Pass::stop);
    }

    /** Waits until none is left that still has its instance, or so long. */
    synchronized void awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        long left = timeout.toNanos();
        while (isAnyLeft() && left > 0) {
            wait(left / 1_000_000 + 1);
            left = deadline - System.nanoTime();
        }
    }

    /** The thread of an abandoned attempt may never end, and nobody needs it to. */
    private boolean isAnyLeft() {
        return running.stream().anyMatch(pass -> pass.state() != Pass.State.LOST);
    }
}
