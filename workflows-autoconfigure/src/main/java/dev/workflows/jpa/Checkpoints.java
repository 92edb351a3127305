package dev.workflows.jpa;

import static dev.workflows.jpa.Column.each;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;

/** The insert of checkpoints with a result: of one, or of several instances in one statement. */
final class Checkpoints {

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

    private static final List<Column<Row>> OF_CHECKPOINT = List.of(
            Column.word("kind", row -> row.key().kind().word()),
            Column.word("scope", row -> row.key().scope()),
            Column.word("name", row -> row.key().name()),
            Column.integer("occurrence", row -> row.key().occurrence()),
            Column.text("output", row -> Objects.requireNonNull(row.checkpoint().output())),
            Column.flag("sensitive", row -> row.checkpoint().sensitive()),
            Column.flag("declared", row -> row.checkpoint().declared()),
            Column.integer("attempts", row -> row.checkpoint().attempts()),
            Column.time("started_at", row -> row.checkpoint().startedAt()),
            Column.time("ended_at", row -> row.checkpoint().endedAt()));

    private static final List<Column<Row>> OF_CLAIM = List.of(
            Column.bigint("instance_pk", row -> row.claim().key()),
            Column.bigint("epoch", row -> row.claim().epoch()));

    private static final List<Column<Row>> ALL = Column.all(OF_CHECKPOINT, OF_CLAIM);

    /** Locks the instance: no other claim can come between the check of the epoch and the commit. */
    private static final Update<Row> INSERT_ONE =
            new Update<>("""
            insert into workflow_step (%s, generation, instance_pk, epoch)
            select %s, i.generation, i.pk, i.epoch from workflow_instance i where i.pk = ? and i.epoch = ? for update""".formatted(each(OF_CHECKPOINT, "%1$s"), each(OF_CHECKPOINT, "cast(? as %2$s)")), ALL);

    /**
     * Leaves out instances that somebody else has locked: nobody waits for another instance's locks. Each is looked up by
     * itself, since a plan for all of them that was made while there were few would read the whole table for ever.
     */
    private static final String INSERT_MANY = """
            insert into workflow_step (generation, %s)
            select o.generation, %s from unnest(%s) as w (%s)
            join lateral (
                select i.generation from workflow_instance i where i.pk = w.instance_pk and i.epoch = w.epoch
                for update skip locked) o on true
            on conflict do nothing
            returning instance_pk, kind, scope, name, occurrence""".formatted(
                    each(ALL, "%1$s"), each(ALL, "w.%1$s"), each(ALL, "cast(? as %2$s array)"), each(ALL, "%1$s"));

    private final JdbcTemplate jdbc;

    Checkpoints(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** 0 if the claim is stale. */
    int insert(Row row) {
        return INSERT_ONE.one(jdbc, row);
    }

    /** Whether each was stored: not if its claim is stale, its key is taken or its instance is locked by somebody else. */
    List<Boolean> insert(List<Row> rows) {
        // of two with the same key one is stored, and nobody could say which
        Set<Stored> keys = new HashSet<>();
        Set<Row> first = Collections.newSetFromMap(new IdentityHashMap<>());
        rows.stream().filter(row -> keys.add(row.stored())).forEach(first::add);
        Set<Stored> stored =
                insertDistinct(rows.stream().filter(first::contains).toList());
        return rows.stream()
                .map(row -> first.contains(row) && stored.contains(row.stored()))
                .toList();
    }

    private Set<Stored> insertDistinct(List<Row> rows) {
        // nobody else stores under a key that this claim holds, so what is there is this row
        return new HashSet<>(jdbc.query(
                INSERT_MANY,
                statement -> Column.setAll(statement, ALL, rows),
                (row, number) -> new Stored(
                        row.getLong(1),
                        new StepKey(
                                StepKey.Kind.of(row.getString(2)),
                                row.getString(3),
                                row.getString(4),
                                row.getInt(5)))));
    }
}
