package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Owned;
import dev.workflows.store.Transition;
import java.time.Duration;
import java.util.List;

/** The nodes, how long each may own instances, and what becomes of those that it owned. */
final class Leases {

    private final NodeRepository nodes;
    private final InstanceRepository instances;

    Leases(PersistenceUnit unit) {
        this.nodes = unit.repository(NodeRepository.class);
        this.instances = unit.repository(InstanceRepository.class);
    }

    int join(String node, String description, Duration lease) {
        return nodes.insert(node, description, Seconds.of(lease));
    }

    boolean renew(String node, Duration lease) {
        return nodes.renew(node, Seconds.of(lease)) == 1;
    }

    void ping() {
        nodes.one();
    }

    int recover() {
        nodes.deleteExpired();
        return take(instances.lockOfGoneNodes());
    }

    int leave(String node) {
        return nodes.delete(node) + take(instances.lockOf(node));
    }

    List<Owned> owned(String node) {
        return instances.findOwned(node).stream().map(OwnedRow::owned).toList();
    }

    int takeBack(String node, long key) {
        int taken = instances.takeFrom(paused(), queued(), true, node, key);
        if (taken == 1) {
            instances.dueAtDeadline(List.of(key));
        }
        return taken;
    }

    private int take(List<Long> locked) {
        if (locked.isEmpty()) {
            return 0;
        }
        int taken = instances.take(paused(), queued(), true, locked);
        instances.dueAtDeadline(locked);
        return taken;
    }

    private static String paused() {
        return Transition.HAND_BACK.wordFrom(Status.WAITING_FOR_PAUSE);
    }

    private static String queued() {
        return Transition.HAND_BACK.wordFrom(Status.RUNNING);
    }
}
