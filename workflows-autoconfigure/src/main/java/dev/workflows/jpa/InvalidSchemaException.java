package dev.workflows.jpa;

/** The workflow tables are not as this version needs them, and it was told not to change them. */
public class InvalidSchemaException extends RuntimeException {

    private final String migrations;

    InvalidSchemaException(String errors, String migrations) {
        super("The workflow tables are not as this version needs them: " + errors);
        this.migrations = migrations;
    }

    /** Where the scripts lie that make the tables. */
    public String migrations() {
        return migrations;
    }
}
