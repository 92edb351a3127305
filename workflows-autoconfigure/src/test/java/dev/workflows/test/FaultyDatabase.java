package dev.workflows.test;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Stands between an application and its database: it can be away, hang, and lose the answer to a commit. */
public class FaultyDatabase implements BeanPostProcessor {

    private volatile boolean away;
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private final AtomicReference<@Nullable String> losesAnswerTo = new AtomicReference<>();

    /** From here on nobody gets a connection. */
    public void goAway() {
        away = true;
    }

    public void comeBack() {
        away = false;
    }

    /** From here on whoever asks for a connection waits for this, without end. */
    public void hangUntil(CountDownLatch over) {
        hanging = over;
    }

    public boolean isHanging() {
        return hanging.getCount() > 0;
    }

    /** The next transaction that executes such a statement commits, but whoever commits it is told that it failed. */
    public void loseAnswerToCommitOf(String statement) {
        losesAnswerTo.set(statement);
    }

    /** Whether the answer that was to be lost has been. */
    public boolean hasLostTheAnswer() {
        return losesAnswerTo.get() == null;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return bean instanceof DataSource dataSource ? new Faulty(dataSource) : bean;
    }

    private final class Faulty extends DelegatingDataSource {

        Faulty(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                throw new SQLException("Interrupted while the database hung", e);
            }
            if (away) {
                throw new SQLTransientConnectionException("The database is away");
            }
            Connection connection = super.getConnection();
            boolean[] marked = {false};
            return proxy(Connection.class, (proxy, method, arguments) -> invoke(connection, marked, method, arguments));
        }

        private @Nullable Object invoke(
                Connection connection, boolean[] marked, Method method, Object @Nullable [] arguments)
                throws Throwable {
            String statement = losesAnswerTo.get();
            Object result = call(connection, method, arguments);
            if (statement != null
                    && result instanceof PreparedStatement prepared
                    && arguments != null
                    && ((String) arguments[0]).replaceAll("\\s+", " ").contains(statement)) {
                marked[0] = true;
                return proxy(PreparedStatement.class, (proxy, executing, values) -> {
                    Object executed = call(prepared, executing, values);
                    if (executing.getName().startsWith("execute") && connection.getAutoCommit()) {
                        loseAnswer(statement);
                    }
                    return executed;
                });
            }
            if (method.getName().equals("commit") && marked[0]) {
                loseAnswer(statement);
            }
            return result;
        }

        private void loseAnswer(@Nullable String statement) throws SQLException {
            if (statement != null && losesAnswerTo.compareAndSet(statement, null)) {
                throw new SQLException("The connection was lost while it committed", "08006");
            }
        }

        private <T> T proxy(Class<T> type, InvocationHandler handler) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        }

        private @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }
    }
}
