package dev.workflows.jpa;

import dev.workflows.store.Firings;
import dev.workflows.store.ScheduleKey;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.hibernate.Session;

/** How far the schedules of workflows have fired. */
final class ScheduleRows {

    private final EntityManager entityManager;
    private final Dialect dialect;
    private final ScheduleRepository schedules;

    ScheduleRows(PersistenceUnit unit, Dialect dialect) {
        this.entityManager = unit.entityManager();
        this.dialect = dialect;
        this.schedules = unit.repository(ScheduleRepository.class);
    }

    /** Nobody else locks them until the transaction has ended. */
    Firings lock(String workflow) {
        Map<ScheduleKey, Instant> last = new HashMap<>();
        schedules.lock(workflow).forEach(row -> last.put(row.key(), row.lastFiredAt()));
        return new Firings(schedules.now(), last);
    }

    /** Makes the locked rows say this. */
    void replace(String workflow, Map<ScheduleKey, Instant> before, Map<ScheduleKey, Instant> after) {
        after.forEach((key, last) -> {
            Instant stored = before.get(key);
            if (stored == null) {
                insert(workflow, key, last);
            } else if (!stored.equals(last)) {
                schedules.update(workflow, key.cron(), key.zone(), last);
            }
        });
        for (ScheduleKey key : before.keySet()) {
            if (!after.containsKey(key)) {
                schedules.delete(workflow, key.cron(), key.zone());
            }
        }
    }

    private void insert(String workflow, ScheduleKey key, Instant last) {
        entityManager
                .unwrap(Session.class)
                .createNativeMutationQuery(dialect.insertSchedule())
                .setParameter("workflow", workflow)
                .setParameter("cron", key.cron())
                .setParameter("zone", key.zone())
                .setParameter("lastFiredAt", last)
                .executeUpdate();
    }
}
