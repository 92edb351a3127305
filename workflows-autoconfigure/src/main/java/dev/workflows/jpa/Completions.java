package dev.workflows.jpa;

import static dev.workflows.jpa.Column.each;

import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;

/** The update by which an instance completes: of one, or of several in one statement. */
final class Completions {

    /** An end with an output, and who stores it. */
    record Row(Claim claim, Ending ending, Duration keep) {}

    private static final List<Column<Row>> COLUMNS = List.of(
            Column.text("output", row -> row.ending().output()),
            Column.flag("sensitive", row -> row.ending().sensitive()),
            Column.number("keep", row -> Seconds.of(row.keep())),
            Column.bigint("pk", row -> row.claim().key()),
            Column.bigint("epoch", row -> row.claim().epoch()));

    private static final String COMPLETE = """
            update workflow_instance
            set status = 'complete', output = %s, sensitive_output = %s, owner = null, due_at = null,
                epoch = workflow_instance.epoch + 1, ended_at = current_timestamp,
                expires_at = current_timestamp + %s * interval '1' second
            """;

    private static final String COMPLETE_ONE =
            COMPLETE.formatted("?", "?", "cast(? as double precision)") + "where pk = ? and epoch = ?";

    /** Leaves out instances that somebody else has locked: nobody waits for another instance's locks. */
    private static final String COMPLETE_MANY =
            """
            with written as (select * from unnest(%s) as u (%s)),
            owned as (
                select i.pk from workflow_instance i
                where (i.pk, i.epoch) in (select pk, epoch from written)
                order by i.pk
                for update skip locked)
            """.formatted(each(COLUMNS, "cast(? as %2$s array)"), each(COLUMNS, "%1$s"))
                    + COMPLETE.formatted("w.output", "w.sensitive", "w.keep") + """
            from written w join owned o on o.pk = w.pk
            where workflow_instance.pk = w.pk and workflow_instance.epoch = w.epoch
            returning workflow_instance.pk""";

    private final JdbcTemplate jdbc;

    Completions(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** 0 if the claim is stale. */
    int complete(Row row) {
        return jdbc.update(COMPLETE_ONE, statement -> Column.set(statement, COLUMNS, row));
    }

    /** Whether each has completed: not if its claim is stale, or its instance is locked by somebody else. */
    List<Boolean> complete(List<Row> rows) {
        Set<Long> completed = new HashSet<>(jdbc.query(
                COMPLETE_MANY, statement -> Column.setAll(statement, COLUMNS, rows), (row, number) -> row.getLong(1)));
        // by one of two for the same claim; to the other, that has become stale
        return rows.stream().map(row -> completed.remove(row.claim().key())).toList();
    }
}
