package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Backoff;
import dev.workflows.DurationText;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.jpa.SchemaMode;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

/** Every property, at its default and as application.yml sets it. */
class PropertiesTests {

    @Workflow
    static class ReportWorkflow implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Test
    void hasDefaultsForAllThatIsNotSet() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WorkflowsAutoConfiguration.class))
                .withBean(WorkflowStore.class, () -> Mockito.mock(WorkflowStore.class))
                .run(context -> {
                    WorkflowsProperties properties = context.getBean(WorkflowsProperties.class);
                    assertThat(properties.enabled()).isTrue();
                    assertThat(properties.schema().mode()).isEqualTo(SchemaMode.MIGRATE);
                    assertThat(properties.worker().enabled()).isTrue();
                    assertThat(properties.worker().concurrency()).isPositive();
                    assertThat(properties.worker().pollInterval()).isEqualTo(DurationText.valueOf("1 second"));
                    assertThat(properties.worker().lease().value())
                            .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
                    assertThat(properties.worker().shutdownTimeout()).isEqualTo(DurationText.valueOf("20 seconds"));
                    assertThat(properties.worker().interruptGrace()).isEqualTo(DurationText.valueOf("5 seconds"));
                    assertThat(properties.retention().success()).isEqualTo(DurationText.valueOf("30 days"));
                    assertThat(properties.retention().error()).isEqualTo(DurationText.valueOf("30 days"));
                    assertThat(properties.limits().params()).isEqualTo(DataSize.ofMegabytes(1));
                    assertThat(properties.limits().result()).isEqualTo(DataSize.ofMegabytes(1));
                    assertThat(properties.limits().event()).isEqualTo(DataSize.ofMegabytes(1));
                    assertThat(properties.definitions()).isEmpty();
                    assertThat(properties.defaults())
                            .isEqualTo(new WorkflowsProperties.Steps(null, null, null, null, null, null));
                });
    }

    @Test
    void bindsEveryProperty() {
        StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows:
                  enabled: true
                  schema:
                    mode: validate
                  worker:
                    concurrency: 7
                    poll-interval: 250ms
                    lease: 1 minute
                    shutdown-timeout: PT3S
                    interrupt-grace: 1.5 seconds
                  defaults:
                    retries: 1
                    delay: 2 seconds
                    backoff: linear
                    max-delay: 3 minutes
                    jitter: 0.25
                    timeout: 4 hours
                  retention:
                    success: 3 days
                    error: 1 week
                  limits:
                    params: 2MB
                    result: 512KB
                  definitions:
                    report-workflow:
                      name: reports
                      binding: REPORTS
                      retries: 5
                      delay: 6 seconds
                      backoff: constant
                      max-delay: 7 minutes
                      jitter: 1
                      timeout: 500
                      retention:
                        success: 1 month
                        error: 1 year
                """).run(context -> {
            WorkflowsProperties properties = context.getBean(WorkflowsProperties.class);
            assertThat(properties.schema().mode()).isEqualTo(SchemaMode.VALIDATE);
            assertThat(properties.worker().concurrency()).isEqualTo(7);
            assertThat(properties.worker().pollInterval().value()).hasMillis(250);
            assertThat(properties.worker().lease().value()).hasMinutes(1);
            assertThat(properties.worker().shutdownTimeout().value()).hasSeconds(3);
            assertThat(properties.worker().interruptGrace().value()).hasMillis(1500);
            assertThat(properties.defaults())
                    .isEqualTo(new WorkflowsProperties.Steps(
                            1,
                            DurationText.valueOf("2s"),
                            Backoff.LINEAR,
                            DurationText.valueOf("3m"),
                            0.25,
                            DurationText.valueOf("4h")));
            assertThat(properties.retention().success().value()).hasDays(3);
            assertThat(properties.retention().error().value()).hasDays(7);
            assertThat(properties.limits().params()).isEqualTo(DataSize.ofMegabytes(2));
            assertThat(properties.limits().result()).isEqualTo(DataSize.ofKilobytes(512));
            WorkflowsProperties.Definition report = properties.definitions().get("report-workflow");
            assertThat(report.name()).isEqualTo("reports");
            assertThat(report.binding()).isEqualTo("REPORTS");
            assertThat(report.retries()).isEqualTo(5);
            assertThat(report.delay()).isEqualTo(DurationText.valueOf("6s"));
            assertThat(report.backoff()).isEqualTo(Backoff.CONSTANT);
            assertThat(report.maxDelay()).isEqualTo(DurationText.valueOf("7m"));
            assertThat(report.jitter()).isEqualTo(1);
            assertThat(report.timeout().value()).hasMillis(500);
            assertThat(report.retention().success().value()).hasDays(30);
            assertThat(report.retention().error().value()).hasDays(365);
        });
    }

    @Test
    void takesNumbersForMilliseconds() {
        StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows:
                  defaults:
                    delay: 1500
                    max-delay: 5000000000
                """).run(context -> {
            WorkflowsProperties.Steps defaults =
                    context.getBean(WorkflowsProperties.class).defaults();
            assertThat(defaults.delay().value()).hasMillis(1500);
            assertThat(defaults.maxDelay().value()).hasMillis(5_000_000_000L);
        });
    }

    @Test
    void takesNameAndBindingOfAWorkflowFromTheConfiguration() {
        StartUp.withoutDatabase(ReportWorkflow.class)
                .withPropertyValues("workflows.definitions.report-workflow.name=reports")
                .run(context -> assertThat(context.getBean("REPORTS", WorkflowBinding.class)
                                .workflowName())
                        .isEqualTo("reports"));
        StartUp.withoutDatabase(ReportWorkflow.class)
                .withPropertyValues("workflows.definitions.report-workflow.binding=printer")
                .run(context -> assertThat(context.getBean("printer", WorkflowBinding.class)
                                .workflowName())
                        .isEqualTo("report-workflow"));
    }

    @Test
    void doesNothingWhenSwitchedOff() {
        StartUp.withoutDatabase(ReportWorkflow.class)
                .withPropertyValues("workflows.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(ReportWorkflow.class)
                        .doesNotHaveBean(WorkflowEngine.class)
                        .doesNotHaveBean(WorkflowBinding.class));
    }

    @Test
    void needsNoDataSourceWhenSwitchedOff() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WorkflowsAutoConfiguration.class))
                .withPropertyValues("workflows.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void saysWhatIsMissingWithoutADataSource() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WorkflowsAutoConfiguration.class))
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(StartUp.explanation(context.getStartupFailure()))
                            .contains("There is no DataSource to keep the workflow tables in")
                            .contains("Action: Set spring.datasource.url, or set workflows.enabled=false.");
                });
    }
}
