package dev.workflows.jpa;

import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/** The workflow tables are not as this version needs them, and cannot or must not be changed. */
public class InvalidSchemaException extends RuntimeException {

    private final String action;

    private InvalidSchemaException(String message, String action, @Nullable Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    static InvalidSchemaException different(String errors, String migrations) {
        return new InvalidSchemaException(
                "The workflow tables are not as this version needs them: " + errors,
                ("Set workflows.schema.mode=migrate to have them brought up to date. If you run the scripts in %s by other "
                                + "means than Flyway with the history table \"%s\", set workflows.schema.mode=none.")
                        .formatted(migrations, WorkflowSchema.HISTORY_TABLE),
                null);
    }

    static InvalidSchemaException newer(String version) {
        return new InvalidSchemaException(
                "The workflow tables are of version %s, which this version of the library does not know"
                        .formatted(version),
                "Use the version of the library that migrated them, or a later one.",
                null);
    }

    static InvalidSchemaException noConnection(Exception cause, String migrations) {
        return new InvalidSchemaException(
                "The workflow tables cannot be migrated or validated: that takes two connections at once, and the "
                        + "DataSource did not give them ("
                        + NestedExceptionUtils.getMostSpecificCause(cause).getMessage() + ")",
                ("Raise spring.datasource.hikari.maximum-pool-size to 2 or more. Or set workflows.schema.mode=none and run "
                                + "the scripts in %s yourself.")
                        .formatted(migrations),
                cause);
    }

    /** What to do about it. */
    public String action() {
        return action;
    }
}
