package dev.workflows.jpa;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/**
 * Inserts the checkpoints of several instances in one statement. Left out are those whose claim is stale, whose key is
 * taken, or whose instance somebody else has locked: nobody waits for another instance's locks.
 */
final class CheckpointBatch {

    /** A checkpoint with a result, and who stores it. */
    record Row(Claim claim, Checkpoint checkpoint) {

        private StepKey key() {
            return checkpoint.key();
        }

        private Stored stored() {
            return new Stored(claim.key(), key());
        }
    }

    private record Stored(long instance, StepKey key) {}

    private record Column(String name, String type, Function<Row, Object> value, Object[] none) {

        static Column text(String name, Function<Row, Object> value) {
            return new Column(name, "text", value, new String[0]);
        }

        static Column number(String name, Function<Row, Object> value) {
            return new Column(name, "bigint", value, new Long[0]);
        }

        static Column flag(String name, Function<Row, Object> value) {
            return new Column(name, "boolean", value, new Boolean[0]);
        }

        static Column time(String name, Function<Row, Object> value) {
            return new Column(name, "timestamp(6) with time zone", value, new Instant[0]);
        }

        Object[] of(List<Row> rows) {
            return rows.stream().map(value).toList().toArray(none);
        }
    }

    private static final List<Column> COLUMNS = List.of(
            Column.number("instance_pk", row -> row.claim().key()),
            Column.number("generation", row -> (long) row.claim().generation()),
            Column.number("epoch", row -> row.claim().epoch()),
            Column.text("kind", row -> row.key().kind().word()),
            Column.text("scope", row -> row.key().scope()),
            Column.text("name", row -> row.key().name()),
            Column.number("occurrence", row -> (long) row.key().occurrence()),
            Column.text("output", row -> Objects.requireNonNull(row.checkpoint().output())),
            Column.flag("sensitive", row -> row.checkpoint().sensitive()),
            Column.flag("declared", row -> row.checkpoint().declared()),
            Column.number("attempts", row -> (long) row.checkpoint().attempts()),
            Column.time("started_at", row -> row.checkpoint().startedAt()),
            Column.time("ended_at", row -> row.checkpoint().endedAt()));

    private static final String INSERT =
            """
            with owned as (
                select i.pk, i.epoch from workflow_instance i
                where (i.pk, i.epoch) in
                    (select * from unnest(cast(:instance_pk as bigint array), cast(:epoch as bigint array)))
                order by i.pk
                for update skip locked)
            insert into workflow_step (%s)
            select %s from unnest(%s) as u (%s)
            join owned o on o.pk = u.instance_pk and o.epoch = u.epoch
            on conflict do nothing
            returning instance_pk, kind, scope, name, occurrence""".formatted(each("%1$s"), each("u.%1$s"), each("cast(:%1$s as %2$s array)"), each("%1$s"));

    private final EntityManager entityManager;

    CheckpointBatch(PersistenceUnit unit) {
        this.entityManager = unit.entityManager();
    }

    private static String each(String form) {
        return COLUMNS.stream()
                .map(column -> form.formatted(column.name(), column.type()))
                .collect(Collectors.joining(", "));
    }

    /** Whether each was stored. */
    List<Boolean> insert(List<Row> rows) {
        // of two with the same key one is stored, and nobody could say which
        Set<Stored> keys = new HashSet<>();
        List<Row> first = rows.stream().filter(row -> keys.add(row.stored())).toList();
        Set<Stored> stored = insertDistinct(first);
        return rows.stream()
                .map(row -> stored.contains(row.stored()) && first.stream().anyMatch(it -> it == row))
                .toList();
    }

    private Set<Stored> insertDistinct(List<Row> rows) {
        NativeQuery<Object[]> query = entityManager.unwrap(Session.class).createNativeQuery(INSERT, Object[].class);
        COLUMNS.forEach(column -> query.setParameter(column.name(), column.of(rows)));
        Set<Stored> stored = new HashSet<>();
        for (Object[] row : query.getResultList()) {
            StepKey.Kind kind = StepKey.Kind.of((String) row[1]);
            StepKey key = new StepKey(kind, (String) row[2], (String) row[3], ((Number) row[4]).intValue());
            stored.add(new Stored(((Number) row[0]).longValue(), key));
        }
        // nobody else stores under a key that this claim holds, so what is there is this row
        return stored;
    }
}
