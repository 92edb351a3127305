package dev.workflows.jpa;

import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** What differs between the databases: their migrations, and an insert that says whether it met a duplicate. */
enum Dialect {
    // looks first, because Hibernate logs a violated constraint whoever expects it; a race still ends in one
    H2("""
            select pk from final table (
                insert into workflow_instance (%s)
                select %s where not exists (select 1 from workflow_instance where workflow = :workflow and id = :id))"""),
    POSTGRESQL("insert into workflow_instance (%s) values (%s) on conflict do nothing returning pk");

    private static final String COLUMNS = """
            workflow, id, status, params, epoch, owner, due_at, interrupted, created_at,
            retention_success, retention_error""";

    private static final String VALUES = """
            :workflow, :id, :status, :params, :epoch, :owner, case when :due then current_timestamp end, false, :createdAt,
            :retentionSuccess, :retentionError""";

    private final String insertInstance;

    Dialect(String insert) {
        this.insertInstance = insert.formatted(COLUMNS, VALUES);
    }

    /** Inserts an instance and returns its key; no row where the database says that it is a duplicate. */
    String insertInstance() {
        return insertInstance;
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
