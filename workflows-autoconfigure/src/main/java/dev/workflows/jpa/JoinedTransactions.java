package dev.workflows.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Transactions on the DataSource of the workflow tables: one of our own, or the caller's, whichever transaction manager
 * began it, as long as it exposes its JDBC connection as Spring's managers for JPA and JDBC do.
 */
final class JoinedTransactions {

    private final DataSource dataSource;
    private final PersistenceUnit unit;
    private final TransactionTemplate own;
    private final PersistenceExceptionTranslator translator = new HibernateJpaDialect();

    JoinedTransactions(DataSource dataSource, PersistenceUnit unit) {
        this.dataSource = dataSource;
        this.unit = unit;
        this.own = new TransactionTemplate(new JdbcTransactionManager(this.dataSource));
    }

    /** Transaction managers bind their connection to the DataSource below such a proxy. */
    static DataSource unwrap(DataSource dataSource) {
        return dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                ? proxy.getTargetDataSource()
                : dataSource;
    }

    boolean isActive() {
        return TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.hasResource(dataSource);
    }

    /** Runs in the caller's transaction, or in one of its own. */
    <T> T joining(Supplier<T> work) {
        return isActive() ? translating(work) : own(work);
    }

    /** Runs in a transaction of its own; the caller has none. */
    <T> T own(Supplier<T> work) {
        return around(() -> translating(work));
    }

    /** The same as {@link #joining} for a single statement by plain JDBC: of its own, it is its own transaction. */
    <T> T joiningOnce(Supplier<T> statement) {
        return isActive() ? statement.get() : once(statement);
    }

    /**
     * Runs a single statement that commits itself: one round trip, and nothing stays locked if this node is cut off after
     * it; the caller has no transaction.
     */
    <T> T once(Supplier<T> statement) {
        if (TransactionSynchronizationManager.isSynchronizationActive()
                || TransactionSynchronizationManager.hasResource(dataSource)) {
            // somebody else's transaction or connection: it would seem to be part of that
            return around(statement);
        }
        Connection connection = DataSourceUtils.getConnection(dataSource);
        TransactionSynchronizationManager.bindResource(dataSource, new ConnectionHolder(connection));
        try {
            return committingItself(connection, statement);
        } finally {
            TransactionSynchronizationManager.unbindResource(dataSource);
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    private <T> T committingItself(Connection connection, Supplier<T> statement) {
        try {
            if (connection.getAutoCommit()) {
                return statement.get();
            }
            connection.setAutoCommit(true);
            try {
                return statement.get();
            } finally {
                connection.setAutoCommit(false);
            }
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The connection could not be used", e);
        }
    }

    /** Reads, in the caller's transaction if there is one, and leaves nothing bound to it that a later write would meet. */
    <T> T reading(Supplier<T> work) {
        return isActive() ? translating(work) : work.get();
    }

    /** Begins a transaction of its own, for others to join; the caller has none. */
    <T> T around(Supplier<T> work) {
        if (isActive()) {
            throw new IllegalStateException(
                    "This write has a transaction of its own, and would join that of the caller");
        }
        return own.execute(status -> work.get());
    }

    /** What Hibernate throws, as Spring's {@link org.springframework.dao.DataAccessException}s. */
    private <T> T translating(Supplier<T> work) {
        try {
            return unit.inTransaction(work);
        } catch (RuntimeException e) {
            throw DataAccessUtils.translateIfNecessary(e, translator);
        }
    }

    void afterCompletion(Consumer<Boolean> committed) {
        if (!isActive()) {
            committed.accept(true);
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                committed.accept(status == STATUS_COMMITTED);
            }
        });
    }
}
