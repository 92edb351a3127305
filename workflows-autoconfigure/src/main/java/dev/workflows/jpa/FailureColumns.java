package dev.workflows.jpa;

import dev.workflows.store.Failure;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

@Embeddable
class FailureColumns {

    @Column(name = "error_name")
    private @Nullable String name;

    @Column(name = "error_message")
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private @Nullable String message;

    @Column(name = "error_stack")
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private @Nullable String stack;

    protected FailureColumns() {}

    static FailureColumns of(Failure failure) {
        FailureColumns columns = new FailureColumns();
        columns.name = failure.name();
        columns.message = failure.message();
        columns.stack = failure.stack();
        return columns;
    }

    static @Nullable Failure read(@Nullable FailureColumns columns) {
        if (columns == null || columns.name == null || columns.message == null || columns.stack == null) {
            return null;
        }
        return new Failure(columns.name, columns.message, columns.stack);
    }
}
