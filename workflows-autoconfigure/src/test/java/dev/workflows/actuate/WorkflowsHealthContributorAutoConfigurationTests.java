package dev.workflows.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.autoconfigure.WorkflowsAutoConfiguration;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which applications have the health of workflows in theirs. */
class WorkflowsHealthContributorAutoConfigurationTests {

    private static final String BEAN = "workflowsHealthIndicator";

    @Workflow
    static class Quiet implements WorkflowEntrypoint<Void, @Nullable Void> {
        @Override
        public @Nullable Void run(WorkflowEvent<Void> event, WorkflowStep step) {
            return null;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OfTheApplication {
        @Bean
        HealthIndicator workflowsHealthIndicator() {
            return () -> Health.unknown().build();
        }
    }

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    WorkflowsAutoConfiguration.class,
                    WorkflowsHealthContributorAutoConfiguration.class))
            .withUserConfiguration(Quiet.class)
            .withPropertyValues(TestDatabase.properties(TestDatabase.H2.newUrl()));

    @Test
    void isPartOfTheApplicationsHealthUnderTheNameWorkflows() {
        application.run(context -> {
            assertThat(context).hasNotFailed();
            Health health = ((HealthIndicator)
                            context.getBean(HealthContributorRegistry.class).getContributor("workflows"))
                    .health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("runsInstances", true)
                    .containsEntry("running", 0)
                    .containsEntry("lease", "6s")
                    .containsOnlyKeys("runsInstances", "node", "running", "lease", "leaseRenewed");
        });
    }

    @Test
    void isNotThereWithoutActuatorAndNothingMissesIt() {
        // found and filtered as an application does it: from the file of all auto-configurations
        new ApplicationContextRunner()
                .withUserConfiguration(TestApplication.Boot.class, Quiet.class)
                .withPropertyValues(TestDatabase.properties(TestDatabase.H2.newUrl()))
                .withClassLoader(
                        new FilteredClassLoader(HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(WorkflowEngine.class)
                        .doesNotHaveBean(BEAN));
    }

    @Test
    void isSwitchedOffAsAnyOther() {
        application
                .withPropertyValues("management.health.workflows.enabled=false")
                .run(context ->
                        assertThat(context).hasSingleBean(WorkflowEngine.class).doesNotHaveBean(BEAN));
        application
                .withPropertyValues("management.health.defaults.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(BEAN));
    }

    @Test
    void isNotThereWhereTheLibraryIsSwitchedOff() {
        application
                .withPropertyValues("workflows.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BEAN));
    }

    @Test
    void givesWayToTheApplicationsOwn() {
        application
                .withUserConfiguration(OfTheApplication.class)
                .run(context -> assertThat(context.getBean(BEAN, HealthIndicator.class)
                                .health()
                                .getStatus())
                        .isEqualTo(Status.UNKNOWN));
    }
}
