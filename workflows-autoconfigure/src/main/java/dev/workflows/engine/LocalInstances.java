package dev.workflows.engine;

import dev.workflows.store.Claim;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The instances that this node runs, and who wants to know when it has left one. */
final class LocalInstances {

    private record Name(String workflow, String id) {}

    private final Map<Long, Claim> running = new ConcurrentHashMap<>();
    private final Map<Name, Set<Semaphore>> watching = new ConcurrentHashMap<>();

    void entered(Claim claim) {
        running.put(claim.key(), claim);
    }

    void left(Claim claim) {
        running.remove(claim.key(), claim);
        watching.getOrDefault(new Name(claim.workflow(), claim.id()), Set.of()).forEach(Semaphore::release);
    }

    Set<Long> keys() {
        return Set.copyOf(running.keySet());
    }

    int count() {
        return running.size();
    }

    Watch watch(String workflow, String id) {
        Watch watch = new Watch(new Name(workflow, id));
        watching.compute(watch.name, (name, others) -> {
            Set<Semaphore> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(watch.left);
            return all;
        });
        return watch;
    }

    /** Sees each time, from its making on, that this node leaves the instance. */
    final class Watch implements AutoCloseable {

        private final Name name;
        private final Semaphore left = new Semaphore(0);

        private Watch(Name name) {
            this.name = name;
        }

        /** Whether this node runs the instance; if so, it will be seen to leave it. */
        boolean isHere() {
            return running.values().stream()
                    .anyMatch(claim ->
                            claim.id().equals(name.id) && claim.workflow().equals(name.workflow));
        }

        /** Waits until this node leaves the instance, if it has not since the last call; false if that takes longer. */
        boolean await(Duration longest) throws InterruptedException {
            boolean seen = left.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
            left.drainPermits();
            return seen;
        }

        @Override
        public void close() {
            watching.computeIfPresent(name, (name, all) -> {
                all.remove(left);
                return all.isEmpty() ? null : all;
            });
        }
    }
}
