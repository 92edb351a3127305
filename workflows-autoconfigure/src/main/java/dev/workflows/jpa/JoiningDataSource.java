package dev.workflows.jpa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Gives out the connection of the transaction that is active on the thread, and leaves beginning and ending it to whoever
 * began it: Hibernate may believe that it commits.
 */
final class JoiningDataSource extends AbstractDataSource {

    private final DataSource target;

    JoiningDataSource(DataSource target) {
        this.target = target;
    }

    @Override
    public Connection getConnection() {
        Connection connection = DataSourceUtils.getConnection(target);
        return (Connection) Proxy.newProxyInstance(
                JoiningDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new Joined(connection, target, DataSourceUtils.isConnectionTransactional(connection, target)));
    }

    @Override
    public Connection getConnection(String username, String password) {
        throw new IllegalStateException("The connection is that of the transaction: it takes no other user");
    }

    private record Joined(Connection connection, DataSource target, boolean transactional)
            implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            switch (method.getName()) {
                case "equals" -> {
                    return arguments != null && proxy == arguments[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(proxy);
                }
                case "close" -> {
                    DataSourceUtils.releaseConnection(connection, target);
                    return null;
                }
                case "commit", "setAutoCommit" -> {
                    return transactional ? null : delegate(method, arguments);
                }
                case "rollback" -> {
                    return transactional && arguments == null ? null : delegate(method, arguments);
                }
                default -> {
                    return delegate(method, arguments);
                }
            }
        }

        private @Nullable Object delegate(Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }
    }
}
