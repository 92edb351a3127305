package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.Owned;
import dev.workflows.store.Transition;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/** The nodes, how long each may own instances, and what becomes of those that it owned. */
final class Leases {

    private final NodeRepository nodes;
    private final InstanceRepository instances;
    private final EntityManager entityManager;
    private final String renew;

    Leases(PersistenceUnit unit, Dialect dialect) {
        this.entityManager = unit.entityManager();
        this.renew = dialect.renewLease();
        this.nodes = unit.repository(NodeRepository.class);
        this.instances = unit.repository(InstanceRepository.class);
    }

    int join(String node, String description, Duration lease) {
        return nodes.insert(node, description, Seconds.of(lease));
    }

    /** In one statement, since every node does it all the time. */
    Optional<Heartbeat> renew(String node, Duration lease) {
        List<Object[]> rows = entityManager
                .unwrap(Session.class)
                .createNativeQuery(renew, Object[].class)
                .setParameter("node", node)
                .setParameter("seconds", Seconds.of(lease))
                .getResultList();
        // with a row for the node itself, whether it owns any instance or not
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new Heartbeat(
                        rows.stream()
                                .filter(row -> row[1] != null)
                                .map(Leases::owned)
                                .toList(),
                        (Boolean) rows.get(0)[0]));
    }

    private static Owned owned(Object[] row) {
        return new Owned(
                ((Number) row[1]).longValue(),
                ((Number) row[2]).longValue(),
                Status.of((String) row[3]),
                ((Number) row[4]).longValue());
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
