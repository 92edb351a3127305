package dev.workflows.test;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Writes down what an application asks of its database: each statement that is executed, and each commit. */
public class RecordedStatements implements BeanPostProcessor {

    public static final String COMMIT = "commit";

    private record Recorded(Thread thread, String statement) {}

    private final List<Recorded> recorded = new CopyOnWriteArrayList<>();

    public void clear() {
        recorded.clear();
    }

    public List<String> all() {
        return recorded.stream().map(Recorded::statement).toList();
    }

    /** Without what the application does at the same time. */
    public List<String> ofThisThread() {
        return recorded.stream()
                .filter(it -> it.thread() == Thread.currentThread())
                .map(Recorded::statement)
                .toList();
    }

    public List<String> startingWith(String start) {
        return all().stream().filter(it -> it.startsWith(start)).toList();
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return bean instanceof DataSource dataSource ? new Recording(dataSource) : bean;
    }

    private void record(String statement) {
        recorded.add(new Recorded(Thread.currentThread(), statement));
    }

    private final class Recording extends DelegatingDataSource {

        Recording(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            return proxy(Connection.class, (proxy, method, arguments) -> {
                Object result = call(connection, method, arguments);
                if (method.getName().equals("commit")) {
                    record(COMMIT);
                }
                if (result instanceof PreparedStatement statement && arguments != null) {
                    return recording(PreparedStatement.class, statement, connection, (String) arguments[0]);
                }
                return result instanceof Statement statement
                        ? recording(Statement.class, statement, connection, null)
                        : result;
            });
        }

        private <T extends Statement> T recording(
                Class<T> type, T statement, Connection connection, @Nullable String prepared) {
            return proxy(type, (proxy, method, arguments) -> {
                if (method.getName().startsWith("execute")) {
                    String sql = prepared == null && arguments != null ? (String) arguments[0] : prepared;
                    record(String.valueOf(sql).replaceAll("\\s+", " ").strip());
                    if (connection.getAutoCommit()) {
                        record(COMMIT);
                    }
                }
                return call(statement, method, arguments);
            });
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
