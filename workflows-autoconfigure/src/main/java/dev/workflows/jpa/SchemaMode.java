package dev.workflows.jpa;

/** What happens to the workflow tables when the application starts. */
public enum SchemaMode {
    /** They are created, and brought up to date. */
    MIGRATE,
    /** They are compared with what this version needs; the application does not start if they differ. */
    VALIDATE,
    /** Nothing: whoever runs the application sees to them. */
    NONE
}
