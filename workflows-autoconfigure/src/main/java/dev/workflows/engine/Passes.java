package dev.workflows.engine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The passes that are running on this node. */
final class Passes {

    private final Set<Pass> running = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    void add(Pass pass) {
        running.add(pass);
        if (stopping) {
            pass.stop();
        }
    }

    synchronized void remove(Pass pass) {
        running.remove(pass);
        notifyAll();
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
