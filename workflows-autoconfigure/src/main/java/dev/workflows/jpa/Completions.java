package dev.workflows.jpa;

import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;

/** The update by which an instance completes: of one, or of several in one statement. */
final class Completions {

    /** An end with an output, and who stores it. */
    record Row(Claim claim, Ending ending, Duration keep) {}

    private static final List<Column<Row>> CLAIM = List.of(
            Column.bigint("pk", row -> row.claim().key()),
            Column.bigint("epoch", row -> row.claim().epoch()));

    private static final List<Column<Row>> COLUMNS = Stream.concat(
                    Stream.of(
                            Column.<Row>text("output", row -> row.ending().output()),
                            Column.<Row>flag("sensitive", row -> row.ending().sensitive()),
                            Column.<Row>number("keep", row -> Seconds.of(row.keep()))),
                    CLAIM.stream())
            .toList();

    private static final String COMPLETE = """
            update workflow_instance
            set status = 'complete', output = ?, sensitive_output = ?, owner = null, due_at = null, epoch = epoch + 1,
                ended_at = current_timestamp,
                expires_at = current_timestamp + cast(? as double precision) * interval '1' second
            where pk = ? and epoch = ?""";

    /** Leaves out instances that somebody else has locked: nobody waits for another instance's locks. */
    private static final String LOCK = """
            select o.pk from unnest(cast(? as bigint array), cast(? as bigint array)) as w (pk, epoch)
            join lateral (
                select i.pk from workflow_instance i where i.pk = w.pk and i.epoch = w.epoch
                for update skip locked) o on true""";

    private final JdbcTemplate jdbc;

    Completions(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** 0 if the claim is stale. */
    int complete(Row row) {
        return jdbc.update(COMPLETE, statement -> Column.set(statement, COLUMNS, row));
    }

    /** Whether each has completed: not if its claim is stale, or its instance is locked by somebody else. */
    List<Boolean> complete(List<Row> rows) {
        Set<Long> locked = new HashSet<>(
                jdbc.query(LOCK, statement -> Column.setAll(statement, CLAIM, rows), (row, number) -> row.getLong(1)));
        // of two ends of the same claim the first counts
        List<Boolean> completing =
                rows.stream().map(row -> locked.remove(row.claim().key())).toList();
        List<Row> completed = IntStream.range(0, rows.size())
                .filter(completing::get)
                .mapToObj(rows::get)
                .toList();
        jdbc.batchUpdate(
                COMPLETE, completed, completed.size(), (statement, row) -> Column.set(statement, COLUMNS, row));
        return completing;
    }
}
