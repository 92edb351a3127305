package dev.workflows.engine;

import dev.workflows.store.Claim;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The passes that are running on this node. */
final class Passes {

    private final Lease lease;
    private final Set<Pass> running = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    Passes(Lease lease) {
        this.lease = lease;
    }

    /** From here on, a node that stops waits for the pass. */
    Pass begin(Claim claim, WorkflowDefinition definition, StepRunner stepRunner, Slot slot) {
        Pass pass = new Pass(claim, definition, stepRunner, slot, lease);
        running.add(pass);
        if (stopping) {
            pass.stop();
        }
        return pass;
    }

    synchronized void end(Pass pass) {
        running.remove(pass);
        notifyAll();
    }

    /** Other nodes have taken over what runs here. */
    void lose() {
        running.forEach(Pass::loseAndInterrupt);
    }

    List<Pass> all() {
        return List.copyOf(running);
    }

    /** Lets every pass end at the next thing that {@code run} asks of the engine. */
    void stop() {
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
