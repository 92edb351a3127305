package dev.workflows.jpa;

import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.ValidateResult;
import org.springframework.core.NestedExceptionUtils;

/**
 * Brings the workflow tables to the version that this library needs, with migrations and a history table of their own,
 * beside whatever the application does with its tables.
 */
public final class WorkflowSchema {

    static final String HISTORY_TABLE = "workflow_schema_history";

    private WorkflowSchema() {}

    /**
     * @throws InvalidSchemaException in mode {@link SchemaMode#VALIDATE}, if the tables are not as this version needs them;
     *     or if the DataSource has too few connections to find that out, or to migrate them
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
        try {
            if (mode == SchemaMode.MIGRATE) {
                migrate(flyway);
            } else {
                validate(flyway, migrations);
            }
        } catch (FlywayException e) {
            throw lacksConnection(e) ? InvalidSchemaException.noConnection(e, migrations) : e;
        }
    }

    /**
     * Of nodes that start at the same time, one creates the history table; Flyway takes it for a table of somebody else's
     * in the others and lets them fail, and finds it when they look again.
     */
    private static void migrate(Flyway flyway) {
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            if (lacksConnection(e)
                    || Arrays.stream(flyway.info().applied())
                            .anyMatch(applied -> applied.getState().isFailed())) {
                throw e;
            }
            flyway.migrate();
        }
    }

    private static boolean lacksConnection(FlywayException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLTransientConnectionException;
    }

    private static void validate(Flyway flyway, String migrations) {
        for (MigrationInfo applied : flyway.info().applied()) {
            if (applied.getState() == MigrationState.FUTURE_SUCCESS) {
                throw InvalidSchemaException.newer(String.valueOf(applied.getVersion()));
            }
        }
        ValidateResult result = flyway.validateWithResult();
        if (!result.validationSuccessful) {
            throw InvalidSchemaException.different(result.getAllErrorMessages(), migrations);
        }
    }
}
