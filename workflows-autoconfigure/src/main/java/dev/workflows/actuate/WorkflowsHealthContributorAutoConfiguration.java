package dev.workflows.actuate;

import dev.workflows.autoconfigure.WorkflowsAutoConfiguration;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.store.WorkflowStore;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health of this node, as part of the application's. The application's own bean named
 * {@code workflowsHealthIndicator} replaces it.
 */
@AutoConfiguration(after = WorkflowsAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean({WorkflowEngine.class, WorkflowStore.class})
@ConditionalOnEnabledHealthIndicator("workflows")
public class WorkflowsHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "workflowsHealthIndicator")
    HealthIndicator workflowsHealthIndicator(WorkflowEngine engine, WorkflowStore store) {
        return new WorkflowsHealthIndicator(engine, new DatabaseAnswer(store));
    }
}
