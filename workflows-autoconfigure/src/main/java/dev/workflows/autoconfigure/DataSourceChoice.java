package dev.workflows.autoconfigure;

import dev.workflows.engine.WorkflowDefinitionException;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;

/** Which DataSource holds the workflow tables: the marked one, or else the only or primary one. */
final class DataSourceChoice {

    private DataSourceChoice() {}

    /** @throws WorkflowDefinitionException if there is none, or no way to choose */
    static DataSource choose(ObjectProvider<DataSource> marked, ObjectProvider<DataSource> any) {
        DataSource chosen = marked.getIfAvailable();
        if (chosen == null) {
            chosen = any.getIfUnique();
        }
        if (chosen != null) {
            return chosen;
        }
        boolean none = any.stream().findAny().isEmpty();
        throw new WorkflowDefinitionException(
                none
                        ? "There is no DataSource to keep the workflow tables in"
                        : "There are several DataSources, and none is marked as the one that keeps the workflow tables",
                none
                        ? "Set spring.datasource.url, or set workflows.enabled=false."
                        : "Put @WorkflowsDataSource on the @Bean method of one of them, or make one @Primary.");
    }
}
