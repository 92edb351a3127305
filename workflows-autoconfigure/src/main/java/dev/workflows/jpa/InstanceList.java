package dev.workflows.jpa;

import dev.workflows.InstancePage;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.InstanceSummary;
import dev.workflows.Status;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;
import org.hibernate.type.StandardBasicTypes;
import org.jspecify.annotations.Nullable;

/** Lists instances, a page at a time. */
final class InstanceList {

    private final EntityManager entityManager;
    private final LabelRepository labels;

    InstanceList(PersistenceUnit unit) {
        this.entityManager = unit.entityManager();
        this.labels = unit.repository(LabelRepository.class);
    }

    InstancePage page(ListStatement statement, int limit) {
        List<Row> rows = read(statement);
        List<Row> page = rows.subList(0, Math.min(rows.size(), limit));
        Map<Long, Map<String, String>> labelsOf = labelsOf(page);
        return new InstancePage(
                page.stream()
                        .map(row -> row.summary(labelsOf.getOrDefault(row.key, Map.of())))
                        .toList(),
                rows.size() == page.size() ? null : page.get(page.size() - 1).cursor());
    }

    private List<Row> read(ListStatement statement) {
        NativeQuery<Object[]> query = entityManager
                .unwrap(Session.class)
                .createNativeQuery(statement.sql(), Object[].class)
                .addScalar("pk", StandardBasicTypes.LONG)
                .addScalar("id", StandardBasicTypes.STRING)
                .addScalar("status", StandardBasicTypes.STRING)
                .addScalar("created_at", StandardBasicTypes.INSTANT)
                .addScalar("ended_at", StandardBasicTypes.INSTANT)
                .addScalar("error_name", StandardBasicTypes.STRING)
                .addScalar("error_message", StandardBasicTypes.STRING);
        statement.parameters().forEach(query::setParameter);
        return query.getResultList().stream().map(Row::of).toList();
    }

    private Map<Long, Map<String, String>> labelsOf(List<Row> page) {
        Map<Long, Map<String, String>> labelsOf = new HashMap<>();
        if (!page.isEmpty()) {
            labels.find(page.stream().map(Row::key).toList())
                    .forEach(label -> labelsOf.computeIfAbsent(label.instance(), key -> new LinkedHashMap<>())
                            .put(label.name(), label.value()));
        }
        return labelsOf;
    }

    private record Row(
            long key,
            String id,
            Status status,
            Instant createdAt,
            @Nullable Instant endedAt,
            @Nullable InstanceError error) {

        static Row of(Object[] columns) {
            InstanceError error =
                    columns[5] == null ? null : new InstanceError((String) columns[5], (String) columns[6]);
            return new Row(
                    (Long) columns[0],
                    (String) columns[1],
                    Status.of((String) columns[2]),
                    (Instant) columns[3],
                    (Instant) columns[4],
                    error);
        }

        InstanceSummary summary(Map<String, String> labels) {
            return new InstanceSummary(id, status, createdAt, endedAt, Collections.unmodifiableMap(labels), error);
        }

        String cursor() {
            return new Cursor(createdAt, key).text();
        }
    }
}
