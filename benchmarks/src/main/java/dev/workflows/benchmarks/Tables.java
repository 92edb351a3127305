package dev.workflows.benchmarks;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The library's tables, as they can be looked at from outside. */
final class Tables {

    private static final String ALL =
            "workflow_instance, workflow_step, workflow_attempt, workflow_event, workflow_label, workflow_generation";

    private final JdbcClient jdbc;

    Tables(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void clear() {
        jdbc.sql("truncate " + ALL).update();
    }

    /** Has the planner know what is in them, as autovacuum would in time. */
    void analyze() {
        jdbc.sql("vacuum analyze workflow_instance").update();
        jdbc.sql("vacuum analyze workflow_step").update();
    }

    /** Whether nothing is due, and nothing is run. */
    boolean isDone() {
        return jdbc.sql("""
                        select not exists (select from workflow_instance where due_at <= current_timestamp and epoch = 0)
                           and not exists (select from workflow_instance where due_at <= current_timestamp and epoch > 0)
                           and not exists (select from workflow_instance where owner is not null)""").query(Boolean.class).single();
    }

    /** Indexes and all. */
    double bytes() {
        return jdbc.sql("select sum(pg_total_relation_size(c::regclass)) from unnest(string_to_array(:all, ', ')) c")
                .param("all", ALL)
                .query(Double.class)
                .single();
    }

    double instances() {
        return jdbc.sql("select count(*) from workflow_instance")
                .query(Double.class)
                .single();
    }
}
