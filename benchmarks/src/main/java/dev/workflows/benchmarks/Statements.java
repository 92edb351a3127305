package dev.workflows.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Counts what an application sends to its database, below its pool: so it is the node's alone, and all of it. */
final class Statements implements BeanPostProcessor {

    /**
     * How much was sent.
     *
     * @param reads statements that only read
     * @param writes statements that change rows
     * @param readTransactions committed or rolled back, with nothing but reads in them
     * @param writeTransactions committed or rolled back, with a write in them
     * @param checks questions of the pool whether a connection is alive
     */
    record Count(long reads, long writes, long readTransactions, long writeTransactions, long checks) {

        Count minus(Count earlier) {
            return new Count(
                    reads - earlier.reads,
                    writes - earlier.writes,
                    readTransactions - earlier.readTransactions,
                    writeTransactions - earlier.writeTransactions,
                    checks - earlier.checks);
        }
    }

    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong readTransactions = new AtomicLong();
    private final AtomicLong writeTransactions = new AtomicLong();
    private final AtomicLong checks = new AtomicLong();

    Count count() {
        return new Count(reads.get(), writes.get(), readTransactions.get(), writeTransactions.get(), checks.get());
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof HikariDataSource pool) {
            pool.setDataSource(new Counting(
                    new DriverManagerDataSource(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword())));
        }
        return bean;
    }

    private final class Counting extends DelegatingDataSource {

        Counting(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            return counting(super.getConnection());
        }

        /** How long the pool waits for its last connections when it is closed, in seconds. */
        @Override
        public int getLoginTimeout() {
            return 1;
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }
    }

    private Connection counting(Connection connection) {
        Transaction transaction = new Transaction(connection);
        return proxy(Connection.class, (proxy, method, arguments) -> {
            Object result = call(connection, method, arguments);
            switch (method.getName()) {
                case "isValid" -> checks.incrementAndGet();
                case "commit", "rollback" -> transaction.end();
                default -> {}
            }
            if (result instanceof PreparedStatement statement && arguments != null) {
                return counting(PreparedStatement.class, statement, transaction, (String) arguments[0]);
            }
            return result instanceof Statement statement
                    ? counting(Statement.class, statement, transaction, null)
                    : result;
        });
    }

    private <T extends Statement> T counting(
            Class<T> type, T statement, Transaction transaction, @Nullable String prepared) {
        return proxy(type, (proxy, method, arguments) -> {
            Object result = call(statement, method, arguments);
            if (method.getName().startsWith("execute")) {
                String sql = prepared == null && arguments != null ? (String) arguments[0] : prepared;
                transaction.sent(String.valueOf(sql));
            }
            return result;
        });
    }

    /** What has been sent on a connection since its last commit. */
    private final class Transaction {

        private final Connection connection;
        private final AtomicBoolean hasRead = new AtomicBoolean();
        private final AtomicBoolean hasWritten = new AtomicBoolean();

        Transaction(Connection connection) {
            this.connection = connection;
        }

        void sent(String sql) throws SQLException {
            String words = sql.toLowerCase(Locale.ROOT);
            // "with … insert" writes, and so do a lock and a notification
            boolean write = !words.stripLeading().startsWith("select")
                    || words.contains("for update")
                    || words.contains("pg_notify");
            (write ? writes : reads).incrementAndGet();
            (write ? hasWritten : hasRead).set(true);
            if (connection.getAutoCommit()) {
                end();
            }
        }

        void end() {
            boolean read = hasRead.getAndSet(false);
            if (hasWritten.getAndSet(false)) {
                writeTransactions.incrementAndGet();
            } else if (read) {
                readTransactions.incrementAndGet();
            }
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
