package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.Owned;
import dev.workflows.store.Transition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;

/** The nodes, how long each may own instances, and what becomes of those that it owned. */
final class Leases {

    private final NodeRepository nodes;
    private final InstanceRepository instances;
    private final JdbcTemplate jdbc;
    private final String renew;

    Leases(JdbcTemplate jdbc, PersistenceUnit unit, Dialect dialect) {
        this.jdbc = jdbc;
        this.renew = dialect.renewLease();
        this.nodes = unit.repository(NodeRepository.class);
        this.instances = unit.repository(InstanceRepository.class);
    }

    int join(String node, String description, Duration lease) {
        return nodes.insert(node, description, Seconds.of(lease));
    }

    /** To be committed by itself: a node that is cut off keeps no lock on its row, which those that take over delete. */
    Optional<Heartbeat> renew(String node, Duration lease) {
        return jdbc.query(renew, Leases::heartbeat, Seconds.of(lease), node);
    }

    /** There is a row for the node itself, whether it owns any instance or not. */
    private static Optional<Heartbeat> heartbeat(ResultSet rows) throws SQLException {
        boolean renewed = false;
        boolean anyGone = false;
        List<Owned> owned = new ArrayList<>();
        while (rows.next()) {
            renewed = true;
            anyGone = rows.getBoolean(1);
            if (rows.getObject(2) != null) {
                owned.add(new Owned(rows.getLong(2), rows.getLong(3), Status.of(rows.getString(4)), rows.getLong(5)));
            }
        }
        return renewed ? Optional.of(new Heartbeat(owned, anyGone)) : Optional.empty();
    }

    void ping() {
        nodes.one();
    }

    /** Waits for nobody: what a node that is cut off still has locked is taken once the database has noticed. */
    int recover() {
        List<String> expired = nodes.lockExpired();
        if (!expired.isEmpty()) {
            nodes.delete(expired);
        }
        return take(instances.lockOfGoneNodes());
    }

    int leave(String node) {
        return nodes.delete(List.of(node)) + take(instances.lockOf(node));
    }

    int takeBack(String node, long key, long epoch) {
        int taken = instances.takeFrom(paused(), queued(), true, node, key, epoch);
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
