package dev.workflows.jpa;

import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** What differs between the databases: their migrations, and an insert that leaves out duplicates. */
enum Dialect {
    // looks first, because Hibernate logs a violated constraint whoever expects it; a race still ends in one
    H2("""
            select id, pk from final table (
                insert into workflow_instance (%s)
                select %s from %s where not exists
                    (select 1 from workflow_instance i where i.workflow = n.workflow and i.id = n.id))""", ""),
    POSTGRESQL(
            "insert into workflow_instance (%s) select %s from %s on conflict do nothing returning id, pk",
            " on conflict do nothing");

    private final String insertInstances;
    private final String unlessTaken;

    Dialect(String insertInstances, String unlessTaken) {
        this.insertInstances = insertInstances;
        this.unlessTaken = unlessTaken;
    }

    /**
     * Inserts instances and returns the ids and keys of those whose id was free; on H2, one that is taken in this moment
     * may still violate the constraint.
     *
     * @param columns those of the table
     * @param values what is put into them, from {@code n}
     * @param rows where {@code n} comes from
     */
    String insertInstances(String columns, String values, String rows) {
        return insertInstances.formatted(columns, values, rows);
    }

    /** Inserts a schedule, unless another node has; on H2 that violates the constraint. */
    String insertSchedule() {
        return "insert into workflow_schedule (workflow, cron, zone, last_fired_at)"
                + " values (:workflow, :cron, :zone, :lastFiredAt)" + unlessTaken;
    }

    String migrations() {
        return "classpath:dev/workflows/migration/" + name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws UnsupportedDatabaseException if the database is neither H2 nor PostgreSQL
     */
    static Dialect of(DataSource dataSource) {
        String product = new JdbcTemplate(dataSource).execute((ConnectionCallback<String>)
                connection -> connection.getMetaData().getDatabaseProductName());
        return switch (String.valueOf(product)) {
            case "H2" -> H2;
            case "PostgreSQL" -> POSTGRESQL;
            default -> throw new UnsupportedDatabaseException(String.valueOf(product));
        };
    }
}
