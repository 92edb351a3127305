package dev.workflows.jpa;

/** The DataSource that is to hold the workflow tables is of a database that they have not been made for. */
public class UnsupportedDatabaseException extends RuntimeException {

    UnsupportedDatabaseException(String product) {
        super("The workflow tables cannot be kept in \"%s\": they are made for H2 and PostgreSQL".formatted(product));
    }
}
