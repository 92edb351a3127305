package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Settings that would have no effect, or none that was meant: the application does not start, and names the property. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationRefusalTests {

    @Workflow
    static class ReportWorkflow implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            fetch();
            return "done";
        }

        @Step(name = "fetch source data")
        void fetch() {}
    }

    @Test
    void refusesAKeyThatNamesNoWorkflow() {
        assertThat(refusal("""
                workflows.definitions:
                  raport-workflow:
                    retries: 1
                """))
                .contains("The property \"workflows.definitions.raport-workflow\" names no workflow")
                .contains("Action: Use one of \"report-workflow\".");
    }

    @Test
    void refusesAKeyThatNamesNoStep() {
        assertThat(refusal("""
                workflows.definitions:
                  report-workflow:
                    steps:
                      "[fetch sauce data]":
                        retries: 1
                """))
                .contains(
                        "The property \"workflows.definitions.report-workflow.steps.",
                        "fetch sauce data",
                        "names no step")
                .contains("Action: Use one of \"fetch source data\".", "in brackets");
    }

    @Test
    void refusesAMisspelledProperty() {
        assertThat(refusal("""
                workflows.definitions:
                  report-workflow:
                    retires: 1
                """)).contains("workflows.definitions.report-workflow.retires", "left unbound", "Action: ");
        assertThat(refusal("workflows.worker.concurency: 5")).contains("workflows.worker.concurency", "left unbound");
    }

    @ParameterizedTest
    @CsvSource({
        "workflows.worker.lease, soon",
        "workflows.defaults.timeout, 10 lightyears",
        "workflows.definitions.report-workflow.delay, -5 seconds",
        "workflows.definitions.report-workflow.steps.fetchsourcedata.max-delay, 3 bananas",
        "workflows.definitions.report-workflow.retention.success, for ever"
    })
    void refusesADurationThatItCannotRead(String property, String value) {
        assertThat(refusal(property + ": " + value))
                .contains(property, "\"%s\" is not a duration: write \"10 seconds\"".formatted(value), "Action: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            workflows.worker.concurrency                                           | 0         | 1 or more, not 0
            workflows.worker.lease                                                 | 10ms      | 1 second or longer
            workflows.worker.poll-interval                                         | 0         | longer than 0
            workflows.defaults.retries                                             | -5        | 0 or more, not -5
            workflows.defaults.jitter                                              | 2         | between 0 and 1
            workflows.defaults.timeout                                             | 0         | longer than 0
            workflows.definitions.report-workflow.retries                          | -5        | 0 or more, not -5
            workflows.limits.steps                                                 | 0         | 1 or more, not 0
            workflows.definitions.report-workflow.concurrency                      | -1        | 0 or more, not -1
            workflows.definitions.report-workflow.concurrency-per-key              | 0         | 1 or more, not 0
            workflows.definitions.report-workflow.max-steps                        | 0         | 1 or more, not 0
            workflows.definitions.report-workflow.steps.fetchsourcedata.jitter     | 2         | between 0 and 1
            """)
    void refusesANumberThatCannotApply(String property, String value, String why) {
        assertThat(refusal(property + ": " + value)).contains(property, why, "Action: ");
    }

    @Test
    void refusesAMalformedNameInTheConfiguration() {
        assertThat(refusal("workflows.definitions.report-workflow.name: two words"))
                .contains("The workflow name \"two words\"", "is malformed");
    }

    @Test
    void theMessageIsWhatTheStartPrints(CapturedOutput output) {
        Assertions.assertThatThrownBy(() -> TestApplication.on(TestDatabase.H2.newUrl(), ReportWorkflow.class)
                        .with("workflows.definitions.raport-workflow.retries=1")
                        .start()
                        .close())
                .isNotNull();

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The property \"workflows.definitions.raport-workflow\" names no workflow")
                .contains("Use one of \"report-workflow\".");
    }

    private static String refusal(String yaml) {
        String[] explanation = {""};
        StartUp.yaml(StartUp.withoutDatabase(ReportWorkflow.class), yaml).run(context -> {
            assertThat(context).hasFailed();
            explanation[0] = StartUp.explanation(context.getStartupFailure());
        });
        return explanation[0];
    }
}
