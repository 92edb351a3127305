package dev.workflows.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/** A connection that is kept to hear notifications. It is never within a transaction, which would hold back the vacuum. */
final class Listening implements AutoCloseable {

    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(5);

    private final Connection connection;
    private final PGConnection postgres;

    private Listening(Connection connection) throws SQLException {
        this.connection = connection;
        this.postgres = connection.unwrap(PGConnection.class);
    }

    static Listening on(DataSource dataSource) {
        try {
            Connection connection = dataSource.getConnection();
            try {
                connection.setAutoCommit(true);
                Listening listening = new Listening(connection);
                listening.execute("LISTEN " + PostgresNotifications.CHANNEL);
                return listening;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** What has been said, as soon as there is anything, or nothing after so long. */
    List<String> messages(Duration longest) {
        try {
            // 0 would be for ever
            PGNotification[] notifications = postgres.getNotifications((int) Math.max(1, longest.toMillis()));
            return notifications == null
                    ? List.of()
                    : Stream.of(notifications).map(PGNotification::getParameter).toList();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** A peer that is gone without a word is only noticed by whoever asks it something. */
    void check() {
        try {
            if (!connection.isValid((int) ANSWERED_WITHIN.toSeconds())) {
                throw new SQLException("The connection does not answer");
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Gives the connection back to its pool, where it must hear nothing. */
    @Override
    public void close() {
        try (connection) {
            if (!connection.isClosed()) {
                execute("UNLISTEN " + PostgresNotifications.CHANNEL);
            }
        } catch (SQLException e) {
            // it is broken, and its pool finds out
        }
    }

    private static DataAccessException failed(SQLException e) {
        return new DataAccessResourceFailureException("Other nodes cannot be heard: " + e.getMessage(), e);
    }
}
