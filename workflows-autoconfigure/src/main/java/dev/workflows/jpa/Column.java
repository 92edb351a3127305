package dev.workflows.jpa;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A column that is written by plain JDBC, since it is written for every step: one value at a time, or an array of many.
 *
 * @param value what is written of a row
 */
record Column<R>(String name, Type type, Function<R, @Nullable Object> value) {

    enum Type {
        TEXT("text", "text", Types.VARCHAR),
        VARCHAR("varchar", "varchar", Types.VARCHAR),
        BIGINT("bigint", "int8", Types.BIGINT),
        INTEGER("integer", "int4", Types.INTEGER),
        BOOLEAN("boolean", "bool", Types.BOOLEAN),
        DOUBLE("double precision", "float8", Types.DOUBLE),
        TIME("timestamp(6) with time zone", "timestamptz", Types.TIMESTAMP_WITH_TIMEZONE);

        private final String sql;
        private final String element;
        private final int jdbc;

        Type(String sql, String element, int jdbc) {
            this.sql = sql;
            this.element = element;
            this.jdbc = jdbc;
        }
    }

    static <R> Column<R> text(String name, Function<R, @Nullable Object> value) {
        return new Column<>(name, Type.TEXT, value);
    }

    static <R> Column<R> word(String name, Function<R, @Nullable Object> value) {
        return new Column<>(name, Type.VARCHAR, value);
    }

    static <R> Column<R> bigint(String name, Function<R, @Nullable Object> value) {
        return new Column<>(name, Type.BIGINT, value);
    }

    static <R> Column<R> integer(String name, Function<R, @Nullable Object> value) {
        return new Column<>(name, Type.INTEGER, value);
    }

    static <R> Column<R> flag(String name, Function<R, @Nullable Object> value) {
        return new Column<>(name, Type.BOOLEAN, value);
    }

    static <R> Column<R> number(String name, Function<R, @Nullable Object> value) {
        return new Column<>(name, Type.DOUBLE, value);
    }

    static <R> Column<R> time(String name, Function<R, @Nullable Instant> value) {
        return new Column<>(name, Type.TIME, row -> {
            Instant time = value.apply(row);
            return time == null ? null : OffsetDateTime.ofInstant(time, ZoneOffset.UTC);
        });
    }

    /** The columns of these, one after the other. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static <R> List<Column<R>> all(List<Column<R>>... columns) {
        return Stream.of(columns).flatMap(List::stream).toList();
    }

    /** The columns in a form in which %1$s is the name and %2$s the type. */
    static <R> String each(List<Column<R>> columns, String form) {
        return columns.stream()
                .map(column -> form.formatted(column.name, column.type.sql))
                .collect(Collectors.joining(", "));
    }

    /** Sets a row's values. */
    static <R> void set(PreparedStatement statement, List<Column<R>> columns, R row) throws SQLException {
        int index = 0;
        for (Column<R> column : columns) {
            Object value = column.value.apply(row);
            index++;
            if (value == null) {
                statement.setNull(index, column.type.jdbc);
            } else {
                statement.setObject(index, value);
            }
        }
    }

    /** Sets an array of each column's values. */
    static <R> void setAll(PreparedStatement statement, List<Column<R>> columns, List<R> rows) throws SQLException {
        Connection connection = statement.getConnection();
        int index = 0;
        for (Column<R> column : columns) {
            Array values = connection.createArrayOf(
                    column.type.element, rows.stream().map(column.value).toArray());
            statement.setArray(++index, values);
        }
    }
}
