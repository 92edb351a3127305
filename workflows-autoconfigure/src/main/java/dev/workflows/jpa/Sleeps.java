package dev.workflows.jpa;

import static dev.workflows.jpa.Column.each;

import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import dev.workflows.store.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/** The writes of a sleep: it begins, and its instance is given up unless other branches of it go on. */
final class Sleeps {

    /** A sleep, and whose it is. */
    record Row(Claim claim, StepKey key, Instant startedAt, Duration duration) {}

    private static final List<Column<Row>> OF_STEP = List.of(
            Column.word("kind", row -> row.key().kind().word()),
            Column.word("scope", row -> row.key().scope()),
            Column.word("name", row -> row.key().name()),
            Column.integer("occurrence", row -> row.key().occurrence()),
            Column.time("started_at", Row::startedAt));

    private static final List<Column<Row>> SECONDS =
            List.of(Column.number("seconds", row -> Seconds.of(row.duration())));

    private static final String WAKE_AT = "current_timestamp + cast(? as double precision) * interval '1' second";

    private static final List<Column<Row>> INSTANCE =
            List.of(Column.bigint("pk", row -> row.claim().key()));

    private static final List<Column<Row>> EPOCH =
            List.of(Column.bigint("epoch", row -> row.claim().epoch()));

    /** Locks the instance: no other claim can come between the check of the epoch and the commit. */
    private static final Update<Row> BEGIN = new Update<>(
            """
            insert into workflow_step (%s, attempts, instance_pk, generation, epoch, wake_at)
            select %s, 1, i.pk, i.generation, i.epoch, %s
            from workflow_instance i where i.pk = ? and i.epoch = ? for update""".formatted(each(OF_STEP, "%1$s"), each(OF_STEP, "cast(? as %2$s)"), WAKE_AT),
            Column.all(OF_STEP, SECONDS, INSTANCE, EPOCH));

    /** Whoever uses it has begun the sleep, and so has the instance locked. A deadline may come before the sleep is over. */
    private static final Update<Row> GIVE_UP = new Update<>(
            """
            update workflow_instance
            set status = case status when 'waitingForPause' then '%1$s' else '%2$s' end,
                due_at = case
                    when status = 'waitingForPause' then case when ending is null then deadline_at end
                    when ending is null and deadline_at < %3$s then deadline_at
                    else %3$s end,
                paused_at = case when status = 'waitingForPause' then current_timestamp end,
                owner = null, epoch = epoch + 1
            where pk = ?""".formatted(
                            Transition.SUSPEND.wordFrom(Status.WAITING_FOR_PAUSE),
                            Transition.SUSPEND.wordFrom(Status.RUNNING),
                            WAKE_AT),
            Column.all(SECONDS, SECONDS, INSTANCE));

    private static final Update<Row> BEGIN_AND_GIVE_UP = atOnce("");

    /** Leaves out instances that somebody else has locked: nobody waits for another instance's locks. */
    private static final Update<Row> ONE_OF_MANY = atOnce(" skip locked on conflict do nothing");

    private final JdbcTemplate jdbc;

    Sleeps(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Both in one statement, which only PostgreSQL has. */
    private static Update<Row> atOnce(String locking) {
        return new Update<>(
                "with begun as (%s%s returning instance_pk) %s and pk = (select instance_pk from begun)"
                        .formatted(BEGIN.sql(), locking, GIVE_UP.sql()),
                Column.all(BEGIN.columns(), GIVE_UP.columns()));
    }

    /** 0 if the claim is stale, as the others. */
    int begin(Row row) {
        return BEGIN.one(jdbc, row);
    }

    /** In a transaction. */
    int beginAndGiveUpInTwo(Row row) {
        return begin(row) == 1 ? GIVE_UP.one(jdbc, row) : 0;
    }

    int beginAndGiveUp(Row row) {
        return BEGIN_AND_GIVE_UP.one(jdbc, row);
    }

    /** Whether each was stored: not if its claim is stale, its key is taken or its instance is locked by somebody else. */
    List<Boolean> beginAndGiveUp(List<Row> rows) {
        return ONE_OF_MANY.each(jdbc, rows);
    }
}
