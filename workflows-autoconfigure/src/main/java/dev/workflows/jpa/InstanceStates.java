package dev.workflows.jpa;

import dev.workflows.Rollback;
import dev.workflows.Status;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceState;
import dev.workflows.store.RollbackState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Looks instances up: by plain JDBC, since whoever awaits an end does so again and again, and without their params. */
final class InstanceStates {

    /** @param rollback how far it has been rolled back; null if it has not, and is not being */
    private record Row(long key, int generation, InstanceState state, Rollback.@Nullable Outcome rollback) {}

    private static final String FIND = """
            select pk, generation, status, output, sensitive_output, ending, rollback_outcome,
                error_name, error_message, error_stack
            from workflow_instance
            where workflow = ? and id = ?""";

    private final JoinedTransactions transactions;
    private final JdbcTemplate jdbc;
    private final StepRows steps;

    InstanceStates(JoinedTransactions transactions, JdbcTemplate jdbc, StepRows steps) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.steps = steps;
    }

    Optional<InstanceState> find(String workflow, String id) {
        return transactions.joiningOnce(() -> jdbc.query(FIND, (row, number) -> read(row), workflow, id)).stream()
                .findFirst()
                .map(this::withRollback);
    }

    private InstanceState withRollback(Row row) {
        Rollback.Outcome outcome = row.rollback;
        if (outcome == null) {
            return row.state;
        }
        List<Checkpoint> failed = outcome == Rollback.Outcome.FAILED
                ? transactions.reading(() -> steps.failedRollbacks(row.key, row.generation))
                : List.of();
        InstanceState state = row.state;
        return new InstanceState(
                state.status(), state.output(), state.failure(), state.sensitive(), new RollbackState(outcome, failed));
    }

    private static Row read(ResultSet row) throws SQLException {
        // as long as it is being rolled back, it has not ended as it will
        boolean ending = row.getString("ending") != null;
        InstanceState state = new InstanceState(
                Status.of(row.getString("status")),
                row.getString("output"),
                ending ? null : failure(row),
                row.getBoolean("sensitive_output"),
                null);
        return new Row(
                row.getLong("pk"),
                row.getInt("generation"),
                state,
                ending ? Rollback.Outcome.RUNNING : outcome(row.getString("rollback_outcome")));
    }

    private static @Nullable Failure failure(ResultSet row) throws SQLException {
        String name = row.getString("error_name");
        return name == null ? null : new Failure(name, row.getString("error_message"), row.getString("error_stack"));
    }

    private static Rollback.@Nullable Outcome outcome(@Nullable String word) {
        if (word == null) {
            return null;
        }
        return word.equals(Rollback.Outcome.COMPLETE.word()) ? Rollback.Outcome.COMPLETE : Rollback.Outcome.FAILED;
    }
}
