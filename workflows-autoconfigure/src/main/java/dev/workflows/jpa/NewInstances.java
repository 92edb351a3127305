package dev.workflows.jpa;

import dev.workflows.Retention;
import dev.workflows.Status;
import dev.workflows.store.NewInstance;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.OptionalLong;
import org.hibernate.Session;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.query.NativeQuery;
import org.hibernate.type.StandardBasicTypes;

/** The insert of an instance, whose form differs between the databases and whose values may be null. */
final class NewInstances {

    private final EntityManager entityManager;
    private final Dialect dialect;

    NewInstances(EntityManager entityManager, Dialect dialect) {
        this.entityManager = entityManager;
        this.dialect = dialect;
    }

    /** The key; empty if the workflow already has an instance of that id. */
    OptionalLong insert(NewInstance instance) {
        boolean owned = instance.owner() != null;
        Retention retention = instance.retention();
        // a parameter that is null needs its type said, or PostgreSQL takes it for binary
        NativeQuery<Long> query = entityManager
                .unwrap(Session.class)
                .createNativeQuery(dialect.insertInstance(), Long.class)
                .setParameter("workflow", instance.workflow())
                .setParameter("id", instance.id())
                .setParameter("status", (owned ? Status.RUNNING : Status.QUEUED).word())
                .setParameter("params", instance.params())
                .setParameter("epoch", owned ? 1L : 0L)
                .setParameter("owner", instance.owner(), StandardBasicTypes.STRING)
                .setParameter("due", !owned)
                .setParameter("createdAt", instance.createdAt())
                .setParameter(
                        "retentionSuccess",
                        retention == null ? null : retention.success().toSeconds(),
                        StandardBasicTypes.LONG)
                .setParameter(
                        "retentionError",
                        retention == null ? null : retention.error().toSeconds(),
                        StandardBasicTypes.LONG);
        try {
            List<Long> keys = query.getResultList();
            return keys.isEmpty() ? OptionalLong.empty() : OptionalLong.of(keys.get(0));
        } catch (ConstraintViolationException e) {
            return OptionalLong.empty();
        }
    }
}
