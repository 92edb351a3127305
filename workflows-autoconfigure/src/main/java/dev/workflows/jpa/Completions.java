package dev.workflows.jpa;

import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/** The update by which an instance completes: of one, or of several in one round trip. */
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
            set status = 'complete', output = ?, sensitive_output = ?, owner = null, due_at = null, epoch = epoch + 1,
                ended_at = current_timestamp,
                expires_at = current_timestamp + cast(? as double precision) * interval '1' second
            """;

    private static final Update<Row> ONE = new Update<>(COMPLETE + "where pk = ? and epoch = ?", COLUMNS);

    /** Leaves out an instance that somebody else has locked: nobody waits for another instance's locks. */
    private static final Update<Row> ONE_OF_MANY = new Update<>(COMPLETE + """
            where pk = (select i.pk from workflow_instance i where i.pk = ? and i.epoch = ? for update skip locked)""", COLUMNS);

    private final JdbcTemplate jdbc;

    Completions(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** 0 if the claim is stale. */
    int complete(Row row) {
        return ONE.one(jdbc, row);
    }

    /** Whether each has completed: not if its claim is stale, or its instance is locked by somebody else. */
    List<Boolean> complete(List<Row> rows) {
        return ONE_OF_MANY.each(jdbc, rows);
    }
}
