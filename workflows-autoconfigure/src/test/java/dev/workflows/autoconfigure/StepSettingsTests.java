package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.WorkflowEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.annotation.Transactional;

/**
 * What applies to a step, as the line says that is logged for its workflow at start-up: said for the step in
 * application.yml, in its annotation, for the workflow, for all.
 */
@ExtendWith(OutputCaptureExtension.class)
class StepSettingsTests {

    private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());

    @BeforeEach
    void logAtInfo() {
        logging.setLogLevel(WorkflowEngine.class.getName(), LogLevel.INFO);
    }

    @AfterEach
    void logAsBefore() {
        logging.setLogLevel(WorkflowEngine.class.getName(), null);
    }

    abstract static class Runs implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Workflow
    static class ReportWorkflow extends Runs {

        @Step(
                name = "fetch source data",
                retries = 3,
                delay = "1 second",
                backoff = Backoff.LINEAR,
                maxDelay = "5 seconds",
                jitter = 0.5,
                timeout = "30 seconds")
        void fetch() {}

        @Step(name = "persist")
        @Transactional
        void persist() {}
    }

    @Workflow
    static class Empty extends Runs {}

    @Workflow
    static class CardWorkflow extends Runs {

        @Step(retries = 0, sensitive = true)
        @Transactional
        String issue() {
            return "4111-1111";
        }
    }

    @Test
    void saysWhichResultsAreSensitive(CapturedOutput output) {
        start(StartUp.withoutDatabase(CardWorkflow.class));

        assertThat(output).contains("\"issue\" (no retries, timeout 10m, transactional, sensitive)");
    }

    @Test
    void saysAllOfEachWorkflow(CapturedOutput output) {
        start(StartUp.withoutDatabase(ReportWorkflow.class, Empty.class));

        assertThat(output)
                .contains("Workflow \"report-workflow\" (REPORT_WORKFLOW) has the steps ")
                .contains("\"fetch source data\" (3 retries after 1s linear, at most 5s, jitter 0.5, timeout 30s)")
                .contains("\"persist\" (5 retries after 10s exponential, timeout 10m, transactional)")
                .contains("Workflow \"empty\" (EMPTY) has no steps of its own");
    }

    @Test
    void aStepsOwnConfigurationWinsOverItsAnnotation(CapturedOutput output) {
        start(StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows.definitions:
                  report-workflow:
                    steps:
                      "[fetch source data]":
                        retries: 0
                        timeout: 5 minutes
                      persist:
                        retries: 1
                        delay: 2 seconds
                        backoff: constant
                        max-delay: 1 hour
                        jitter: 0.1
                        timeout: 1 minute
                """));

        assertThat(output)
                .contains("\"fetch source data\" (no retries, timeout 5m)")
                .contains("\"persist\" (1 retry after 2s, at most 1h, jitter 0.1, timeout 1m, transactional)");
    }

    @Test
    void aWorkflowsConfigurationAppliesWhereTheAnnotationSaysNothing(CapturedOutput output) {
        start(StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows:
                  defaults:
                    retries: 9
                    jitter: 0.9
                  definitions:
                    report-workflow:
                      retries: 7
                      delay: 3 seconds
                      timeout: 1 hour
                """));

        assertThat(output)
                .contains("\"fetch source data\" (3 retries after 1s linear, at most 5s, jitter 0.5, timeout 30s)")
                .contains("\"persist\" (7 retries after 3s exponential, jitter 0.9, timeout 1h, transactional)");
    }

    @Test
    void theDefaultsApplyWhereNothingElseIsSaid(CapturedOutput output) {
        start(StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows.defaults:
                  retries: 2
                  delay: 4 seconds
                  backoff: linear
                  max-delay: 9 seconds
                  jitter: 0.2
                  timeout: 8 seconds
                """));

        assertThat(output)
                .contains("\"fetch source data\" (3 retries after 1s linear, at most 5s, jitter 0.5, timeout 30s)")
                .contains("\"persist\" (2 retries after 4s linear, at most 9s, jitter 0.2, timeout 8s, transactional)");
    }

    @Test
    void findsKeysWithoutBracketsAndInAnotherSpelling(CapturedOutput output) {
        start(StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows.definitions:
                  reportWorkflow:
                    timeout: 11 seconds
                    steps:
                      fetch source data:
                        retries: 8
                """));

        assertThat(output)
                .contains("\"fetch source data\" (8 retries after")
                .contains("\"persist\" (5 retries after 10s exponential, timeout 11s");
    }

    @Test
    void findsKeysWithDashesForSpaces(CapturedOutput output) {
        start(StartUp.withoutDatabase(ReportWorkflow.class)
                .withPropertyValues(
                        "workflows.definitions.report-workflow.steps.fetch-source-data.retries=8",
                        "workflows.definitions.report-workflow.steps.[persist].retries=7"));

        assertThat(output).contains("\"fetch source data\" (8 retries").contains("\"persist\" (7 retries");
    }

    @Test
    void readsEnvironmentVariables(CapturedOutput output) {
        start(StartUp.variables(
                StartUp.withoutDatabase(ReportWorkflow.class),
                "WORKFLOWS_DEFAULTS_JITTER=0.4",
                "WORKFLOWS_DEFINITIONS_REPORTWORKFLOW_TIMEOUT=90 seconds",
                "WORKFLOWS_DEFINITIONS_REPORTWORKFLOW_STEPS_FETCHSOURCEDATA_RETRIES=8"));

        assertThat(output)
                .contains("\"fetch source data\" (8 retries after 1s linear, at most 5s, jitter 0.5, timeout 30s)")
                .contains("\"persist\" (5 retries after 10s exponential, jitter 0.4, timeout 1m30s");
    }

    @Test
    void environmentVariablesChangeWhatTheyNameAndLeaveTheRestToTheFile(CapturedOutput output) {
        ApplicationContextRunner file = StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), """
                workflows.definitions:
                  report-workflow:
                    timeout: 11 seconds
                    delay: 12 seconds
                    steps:
                      "[fetch source data]":
                        retries: 8
                        timeout: 13 seconds
                """);
        start(StartUp.variables(
                file,
                "WORKFLOWS_DEFINITIONS_REPORTWORKFLOW_TIMEOUT=90 seconds",
                "WORKFLOWS_DEFINITIONS_REPORTWORKFLOW_STEPS_FETCHSOURCEDATA_RETRIES=1"));

        assertThat(output)
                .contains("\"fetch source data\" (1 retry after 1s linear, at most 5s, jitter 0.5, timeout 13s)")
                .contains("\"persist\" (5 retries after 12s exponential, timeout 1m30s");
    }

    @Workflow(name = "report")
    static class Report extends Runs {
        @Step(name = "load it")
        void load() {}

        @Step(name = "loadit")
        void loadAgain() {}
    }

    @Workflow(name = "re-port", binding = "OTHER_REPORT")
    static class OtherReport extends Runs {
        @Step(name = "save")
        void save() {}
    }

    @Test
    void aKeyMeansOnlyTheNameThatItSpellsWhereAnotherIsSpelledAlike(CapturedOutput output) {
        start(StartUp.yaml(StartUp.withoutDatabase(Report.class, OtherReport.class), """
                workflows.definitions:
                  report:
                    delay: 1 second
                    steps:
                      loadit:
                        retries: 1
                """));

        assertThat(output)
                .contains("\"loadit\" (1 retry after 1s exponential")
                .contains("\"load it\" (5 retries after 1s exponential")
                .contains("\"save\" (5 retries after 10s exponential");
    }

    static class Uploads {
        @Step(name = "upload file")
        public void upload() {}
    }

    @Test
    void stepsOfOtherBeansCanBeConfiguredToo() {
        StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class, Uploads.class), """
                workflows.definitions.report-workflow.steps:
                  upload file:
                    retries: 1
                """)
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static void start(ApplicationContextRunner runner) {
        runner.run(context -> assertThat(context).hasNotFailed());
    }
}
