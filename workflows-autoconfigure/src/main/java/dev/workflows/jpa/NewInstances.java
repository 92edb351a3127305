package dev.workflows.jpa;

import dev.workflows.Retention;
import dev.workflows.Schedule;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Parent;
import jakarta.persistence.EntityManager;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.query.NativeQuery;
import org.hibernate.type.BasicTypeReference;
import org.hibernate.type.StandardBasicTypes;
import org.jspecify.annotations.Nullable;

/** The insert of instances, whose form differs between the databases and whose values may be null. */
final class NewInstances {

    /** Longer texts do not fit into H2's arrays; nor is a statement meant to hold very much more. */
    private static final int MAX_CHARACTERS = 1_000_000;

    private static final List<Column<?>> COLUMNS = List.of(
            new Column<>("workflow", "varchar", StandardBasicTypes.STRING, NewInstance::workflow),
            new Column<>("id", "varchar", StandardBasicTypes.STRING, NewInstance::id),
            new Column<>("params", "text", StandardBasicTypes.STRING, NewInstance::params),
            new Column<>("sensitive_params", "boolean", StandardBasicTypes.BOOLEAN, NewInstance::sensitive),
            new Column<>("version", "varchar", StandardBasicTypes.STRING, NewInstance::version),
            new Column<>("owner", "varchar", StandardBasicTypes.STRING, NewInstance::owner),
            new Column<>(
                    "created_at", "timestamp(6) with time zone", StandardBasicTypes.INSTANT, NewInstance::createdAt),
            new Column<>("retention_success", "bigint", StandardBasicTypes.LONG, retention(Retention::success)),
            new Column<>("retention_error", "bigint", StandardBasicTypes.LONG, retention(Retention::error)),
            new Column<>(
                    "deadline_seconds",
                    "double precision",
                    StandardBasicTypes.DOUBLE,
                    instance -> instance.deadline() == null ? null : Seconds.of(instance.deadline())),
            new Column<>("schedule_cron", "varchar", StandardBasicTypes.STRING, schedule(Schedule::cron)),
            new Column<>(
                    "scheduled_at",
                    "timestamp(6) with time zone",
                    StandardBasicTypes.INSTANT,
                    schedule(Schedule::scheduledTime)),
            new Column<>("parent_pk", "bigint", StandardBasicTypes.LONG, parent(Parent::key)),
            new Column<>(
                    "detached",
                    "boolean",
                    StandardBasicTypes.BOOLEAN,
                    instance -> instance.parent() != null && instance.parent().detached()),
            new Column<>(
                    "priority",
                    "integer",
                    StandardBasicTypes.INTEGER,
                    instance -> instance.admission().priority()),
            new Column<>(
                    "concurrency_key",
                    "varchar",
                    StandardBasicTypes.STRING,
                    instance -> instance.admission().concurrencyKey()));

    /** A column whose values come from outside. */
    private record Column<T>(
            String name, String type, BasicTypeReference<T> binding, Function<NewInstance, @Nullable T> value) {

        String typed(String form) {
            return form.formatted(name, type);
        }

        void bind(NativeQuery<?> query, NewInstance instance) {
            // a null needs its type said, or PostgreSQL takes it for binary
            query.setParameter(name, value.apply(instance), binding);
        }

        void bindAll(NativeQuery<?> query, List<NewInstance> instances) {
            Object array = Array.newInstance(binding.getJavaType(), instances.size());
            for (int i = 0; i < instances.size(); i++) {
                Array.set(array, i, value.apply(instances.get(i)));
            }
            query.setParameter(name, array);
        }
    }

    private final EntityManager entityManager;
    private final LabelRepository labels;
    private final String insertOne;
    private final String insertMany;

    NewInstances(PersistenceUnit unit, Dialect dialect) {
        this.entityManager = unit.entityManager();
        this.labels = unit.repository(LabelRepository.class);
        this.insertOne = insert(dialect, "(select " + each("cast(:%1$s as %2$s) as %1$s") + ") n");
        this.insertMany =
                insert(dialect, "unnest(" + each("cast(:%1$s as %2$s array)") + ") as n (" + each("%1$s") + ")");
    }

    private static String insert(Dialect dialect, String rows) {
        return dialect.insertInstances(
                each("%1$s") + ", status, epoch, due_at, deadline_at, interrupted", each("n.%1$s") + """
                , case when n.owner is null then 'queued' else 'running' end
                , case when n.owner is null then 0 else 1 end
                , case when n.owner is null then current_timestamp end
                , current_timestamp + n.deadline_seconds * interval '1' second
                , false""", rows);
    }

    private static String each(String form) {
        return COLUMNS.stream().map(column -> column.typed(form)).collect(Collectors.joining(", "));
    }

    /** The keys of those whose id was free, by id. */
    Map<String, Long> insert(List<NewInstance> instances) {
        Map<String, Long> keys = new HashMap<>();
        List<NewInstance> together = new ArrayList<>();
        long characters = 0;
        for (NewInstance instance : inOrder(instances)) {
            characters += instance.params().length();
            if (characters > MAX_CHARACTERS && !together.isEmpty()) {
                keys.putAll(insertTogether(together));
                together.clear();
                characters = instance.params().length();
            }
            together.add(instance);
        }
        keys.putAll(insertTogether(together));
        insertLabels(instances, keys);
        return keys;
    }

    private void insertLabels(List<NewInstance> instances, Map<String, Long> keys) {
        List<Long> owners = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (NewInstance instance : instances) {
            Long key = keys.get(instance.id());
            if (key != null) {
                instance.labels().forEach((name, value) -> {
                    owners.add(key);
                    names.add(name);
                    values.add(value);
                });
            }
        }
        if (!owners.isEmpty()) {
            labels.insert(owners.toArray(Long[]::new), names.toArray(String[]::new), values.toArray(String[]::new));
        }
    }

    /** Two batches that have ids in common wait for each other at one of them, and not each at another. */
    private static List<NewInstance> inOrder(List<NewInstance> instances) {
        return instances.stream().sorted(Comparator.comparing(NewInstance::id)).toList();
    }

    private Map<String, Long> insertTogether(List<NewInstance> instances) {
        if (instances.size() == 1) {
            return insertOne(instances.get(0));
        }
        NativeQuery<Object[]> query = query(insertMany);
        COLUMNS.forEach(column -> column.bindAll(query, instances));
        try {
            return keys(query);
        } catch (ConstraintViolationException e) {
            Map<String, Long> keys = new HashMap<>();
            instances.forEach(instance -> keys.putAll(insertOne(instance)));
            return keys;
        }
    }

    private Map<String, Long> insertOne(NewInstance instance) {
        NativeQuery<Object[]> query = query(insertOne);
        COLUMNS.forEach(column -> column.bind(query, instance));
        try {
            return keys(query);
        } catch (ConstraintViolationException e) {
            return Map.of();
        }
    }

    private NativeQuery<Object[]> query(String sql) {
        return entityManager.unwrap(Session.class).createNativeQuery(sql, Object[].class);
    }

    private static Map<String, Long> keys(NativeQuery<Object[]> query) {
        return query.getResultList().stream()
                .collect(Collectors.toMap(row -> (String) row[0], row -> ((Number) row[1]).longValue()));
    }

    private static <T> Function<NewInstance, @Nullable T> schedule(Function<Schedule, T> part) {
        return instance -> instance.schedule() == null ? null : part.apply(instance.schedule());
    }

    private static Function<NewInstance, @Nullable Long> retention(Function<Retention, Duration> part) {
        return instance -> instance.retention() == null
                ? null
                : part.apply(instance.retention()).toSeconds();
    }

    private static <T> Function<NewInstance, @Nullable T> parent(Function<Parent, T> part) {
        return instance -> instance.parent() == null ? null : part.apply(instance.parent());
    }
}
