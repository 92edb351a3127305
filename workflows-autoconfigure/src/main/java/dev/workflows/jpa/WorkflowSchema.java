package dev.workflows.jpa;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.ValidateResult;

/**
 * Brings the workflow tables to the version that this library needs, with migrations and a history table of their own,
 * beside whatever the application does with its tables.
 */
public final class WorkflowSchema {

    static final String HISTORY_TABLE = "workflow_schema_history";

    private WorkflowSchema() {}

    /**
     * @throws InvalidSchemaException in mode {@link SchemaMode#VALIDATE}, if the tables are not as this version needs them
     * @throws UnsupportedDatabaseException if the database is neither H2 nor PostgreSQL
     */
    public static void prepare(DataSource dataSource, SchemaMode mode) {
        if (mode == SchemaMode.NONE) {
            return;
        }
        String migrations = Dialect.of(dataSource).migrations();
        Flyway flyway = Flyway.configure(WorkflowSchema.class.getClassLoader())
                .dataSource(dataSource)
                .table(HISTORY_TABLE)
                .locations(migrations)
                // the schema is the application's, and not empty; ours begins before our first migration
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load();
        if (mode == SchemaMode.MIGRATE) {
            flyway.migrate();
            return;
        }
        ValidateResult result = flyway.validateWithResult();
        if (!result.validationSuccessful) {
            throw new InvalidSchemaException(result.getAllErrorMessages(), migrations);
        }
    }
}
