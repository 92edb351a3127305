package dev.workflows.jpa;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A statement that writes one row at most, by plain JDBC: for one, or for several in one round trip.
 *
 * @param columns its parameters
 */
record Update<R>(String sql, List<Column<R>> columns) {

    int one(JdbcTemplate jdbc, R row) {
        return jdbc.update(sql, statement -> Column.set(statement, columns, row));
    }

    /** Whether each was written. */
    List<Boolean> each(JdbcTemplate jdbc, List<R> rows) {
        int[] written = jdbc.batchUpdate(sql, new BatchPreparedStatementSetter() {
            @Override
            public void setValues(PreparedStatement statement, int i) throws SQLException {
                Column.set(statement, columns, rows.get(i));
            }

            @Override
            public int getBatchSize() {
                return rows.size();
            }
        });
        return Arrays.stream(written).mapToObj(count -> count == 1).toList();
    }
}
