package dev.workflows.jpa;

import static dev.workflows.jpa.Column.each;

import dev.workflows.Retention;
import dev.workflows.Schedule;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Parent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;

/** The insert of instances, whose form differs between the databases and whose values may be null. */
final class NewInstances {

    /** Longer texts do not fit into H2's arrays; nor is a statement meant to hold very much more. */
    private static final int MAX_CHARACTERS = 1_000_000;

    private static final List<Column<NewInstance>> COLUMNS = List.of(
            Column.word("workflow", NewInstance::workflow),
            Column.word("id", NewInstance::id),
            Column.text("params", NewInstance::params),
            Column.flag("sensitive_params", NewInstance::sensitive),
            Column.word("version", NewInstance::version),
            Column.word("owner", NewInstance::owner),
            Column.time("created_at", NewInstance::createdAt),
            Column.bigint("retention_success", retention(Retention::success)),
            Column.bigint("retention_error", retention(Retention::error)),
            Column.number(
                    "deadline_seconds",
                    instance -> instance.deadline() == null ? null : Seconds.of(instance.deadline())),
            Column.word("schedule_cron", instance -> schedule(instance, Schedule::cron)),
            Column.time("scheduled_at", instance -> schedule(instance, Schedule::scheduledTime)),
            Column.bigint("parent_pk", instance -> parent(instance, Parent::key)),
            Column.flag(
                    "detached",
                    instance -> instance.parent() != null && instance.parent().detached()),
            Column.integer("priority", instance -> instance.admission().priority()),
            Column.word("concurrency_key", instance -> instance.admission().concurrencyKey()));

    private final JdbcTemplate jdbc;
    private final LabelRepository labels;
    private final String insertOne;
    private final String insertMany;

    NewInstances(JdbcTemplate jdbc, PersistenceUnit unit, Dialect dialect) {
        this.jdbc = jdbc;
        this.labels = unit.repository(LabelRepository.class);
        this.insertOne = insert(dialect, "(select " + each(COLUMNS, "cast(? as %2$s) as %1$s") + ") n");
        this.insertMany = insert(
                dialect, "unnest(" + each(COLUMNS, "cast(? as %2$s array)") + ") as n (" + each(COLUMNS, "%1$s") + ")");
    }

    private static String insert(Dialect dialect, String rows) {
        return dialect.insertInstances(
                each(COLUMNS, "%1$s") + ", status, epoch, due_at, deadline_at, interrupted",
                each(COLUMNS, "n.%1$s") + """
                , case when n.owner is null then 'queued' else 'running' end
                , case when n.owner is null then 0 else 1 end
                , case when n.owner is null then current_timestamp end
                , current_timestamp + n.deadline_seconds * interval '1' second
                , false""",
                rows);
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

    /** The key of one whose id was made up for it, without labels. */
    long insertNew(NewInstance instance) {
        Long key = insertOne(instance).get(instance.id());
        // it is there if the commit was in doubt, and had happened
        return key == null ? find(instance) : key;
    }

    private long find(NewInstance instance) {
        Long key = jdbc.queryForObject(
                "select pk from workflow_instance where workflow = ? and id = ?",
                Long.class,
                instance.workflow(),
                instance.id());
        return Objects.requireNonNull(key);
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
        try {
            return keys(insertMany, statement -> Column.setAll(statement, COLUMNS, instances));
        } catch (DuplicateKeyException e) {
            Map<String, Long> keys = new HashMap<>();
            instances.forEach(instance -> keys.putAll(insertOne(instance)));
            return keys;
        }
    }

    private Map<String, Long> insertOne(NewInstance instance) {
        try {
            return keys(insertOne, statement -> Column.set(statement, COLUMNS, instance));
        } catch (DuplicateKeyException e) {
            return Map.of();
        }
    }

    private Map<String, Long> keys(String sql, PreparedStatementSetter values) {
        Map<String, Long> keys = new HashMap<>();
        jdbc.query(sql, values, row -> {
            keys.put(row.getString(1), row.getLong(2));
        });
        return keys;
    }

    private static <T> @Nullable T schedule(NewInstance instance, Function<Schedule, T> part) {
        return instance.schedule() == null ? null : part.apply(instance.schedule());
    }

    private static Function<NewInstance, @Nullable Object> retention(Function<Retention, Duration> part) {
        return instance -> instance.retention() == null
                ? null
                : part.apply(instance.retention()).toSeconds();
    }

    private static <T> @Nullable T parent(NewInstance instance, Function<Parent, T> part) {
        return instance.parent() == null ? null : part.apply(instance.parent());
    }
}
