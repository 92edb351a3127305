package dev.workflows.jpa;

import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** What differs between the databases: their migrations, an insert that leaves out duplicates, and an update that is read. */
enum Dialect {
    // looks first, because Hibernate logs a violated constraint whoever expects it; a race still ends in one
    H2("""
            select id, pk from final table (
                insert into workflow_instance (%s)
                select %s from %s where not exists
                    (select 1 from workflow_instance i where i.workflow = n.workflow and i.id = n.id))""", "", """
            select %s from final table (%s) n %s"""),
    POSTGRESQL(
            "insert into workflow_instance (%s) select %s from %s on conflict do nothing returning id, pk",
            " on conflict do nothing", "with renewed as (%2$s returning id) select %1$s from renewed n %3$s");

    private final String insertInstances;
    private final String unlessTaken;
    private final String selectUpdated;

    Dialect(String insertInstances, String unlessTaken, String selectUpdated) {
        this.insertInstances = insertInstances;
        this.unlessTaken = unlessTaken;
        this.selectUpdated = selectUpdated;
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

    /** Renews a node's lease by so many seconds; if there is one, it returns whether any other is gone, and what the node owns. */
    String renewLease() {
        return selectUpdated.formatted("""
                exists (select 1 from workflow_node where lease_until <= current_timestamp)
                    or exists (select 1 from workflow_instance
                               where owner is not null and owner not in (select id from workflow_node)),
                i.pk, i.epoch, i.status, i.signals""", """
                update workflow_node
                set lease_until = current_timestamp + cast(? as double precision) * interval '1' second
                where id = ?""", "left join workflow_instance i on i.owner = n.id");
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
