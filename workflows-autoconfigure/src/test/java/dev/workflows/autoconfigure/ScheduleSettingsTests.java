package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.WorkflowEngine;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Schedules as annotations and application.yml write them, and those that could not work. */
@ExtendWith(OutputCaptureExtension.class)
class ScheduleSettingsTests {

    private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());

    @BeforeEach
    void logAtInfo() {
        logging.setLogLevel(WorkflowEngine.class.getName(), LogLevel.INFO);
    }

    @AfterEach
    void logAsBefore() {
        logging.setLogLevel(WorkflowEngine.class.getName(), null);
    }

    abstract static class Runs<P extends @Nullable Object> implements WorkflowEntrypoint<P, String> {
        @Override
        public String run(WorkflowEvent<P> event, WorkflowStep step) {
            return "done";
        }
    }

    @Workflow(schedule = "0 6 * * *")
    static class DailyWorkflow extends Runs<Map<String, String>> {}

    @Workflow(
            schedule = {"0,30 6 * * MON-FRI", "0 0 12 * * SUN"},
            zone = "Europe/Berlin")
    static class OfficeWorkflow extends Runs<@Nullable Void> {}

    @Workflow
    static class UnscheduledWorkflow extends Runs<Object> {}

    @Test
    void theLogSaysWhenAWorkflowIsScheduled(CapturedOutput output) {
        StartUp.withoutDatabase(DailyWorkflow.class, OfficeWorkflow.class, UnscheduledWorkflow.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output.getOut().lines().filter(line -> line.contains("\"daily-workflow\" (DAILY_WORKFLOW)")))
                .singleElement()
                .asString()
                .endsWith("; scheduled at \"0 6 * * *\" (UTC)");
        assertThat(output)
                .contains("; scheduled at \"0,30 6 * * MON-FRI\" (Europe/Berlin), \"0 0 12 * * SUN\" (Europe/Berlin)"
                        + System.lineSeparator());
        assertThat(output.getOut().lines().filter(line -> line.contains("\"unscheduled-workflow\"")))
                .noneMatch(line -> line.contains("scheduled at"));
    }

    @Test
    void aScheduleInTheConfigurationMayHaveCommas(CapturedOutput output) {
        StartUp.withoutDatabase(UnscheduledWorkflow.class)
                .withPropertyValues("workflows.definitions.unscheduled-workflow.schedule=0 6,18 * * *")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).contains("; scheduled at \"0 6,18 * * *\" (UTC)" + System.lineSeparator());
    }

    @Test
    void severalSchedulesInTheConfigurationReplaceThoseOfTheAnnotation(CapturedOutput output) {
        StartUp.yaml(StartUp.withoutDatabase(OfficeWorkflow.class), """
                        workflows.definitions:
                          office-workflow:
                            schedule:
                              - 0 7,8 * * *
                              - "@daily"
                            catch-up: skip
                            overlap: skip
                        """)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .contains("; scheduled at \"0 7,8 * * *\" (Europe/Berlin), \"@daily\" (Europe/Berlin)"
                        + System.lineSeparator());
    }

    @Test
    void theZoneMayBeConfiguredAlone(CapturedOutput output) {
        StartUp.withoutDatabase(DailyWorkflow.class)
                .withPropertyValues("workflows.definitions.daily-workflow.zone=Asia/Tokyo")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).contains("; scheduled at \"0 6 * * *\" (Asia/Tokyo)");
    }

    @Test
    void anEmptyScheduleInTheConfigurationSwitchesTheAnnotationOff(CapturedOutput output) {
        for (String none : new String[] {"\"\"", "[]"}) {
            StartUp.yaml(
                            StartUp.withoutDatabase(DailyWorkflow.class),
                            "workflows.definitions.daily-workflow.schedule: " + none)
                    .run(context -> assertThat(context).hasNotFailed());
        }

        assertThat(output).contains("\"daily-workflow\"").doesNotContain("scheduled at");
    }

    @ParameterizedTest
    @ValueSource(strings = {"every morning", "0 6 * *", "0 25 * * *", "0 6 * * MOON", "@reboot"})
    void refusesWhatIsNoCronExpression(String text) {
        assertThat(refusal("schedule: \"" + text + "\""))
                .contains("The schedule \"" + text + "\" of workflow \"daily-workflow\" is no cron expression: ")
                .contains("Action: Write 5 fields, minute, hour, day of month, month and day of week");
    }

    @Workflow(schedule = "")
    static class EmptyWorkflow extends Runs<Object> {}

    @Test
    void refusesAnEmptyScheduleInAnAnnotation() {
        assertThat(refusal(EmptyWorkflow.class, "workflows.enabled: true"))
                .contains("The schedule \"\" of workflow \"empty-workflow\" is no cron expression: it has 0 fields");
    }

    @Test
    void refusesAScheduleThatNeverFires() {
        assertThat(refusal("schedule: 0 6 31 2 *"))
                .contains("The schedule \"0 6 31 2 *\" of workflow \"daily-workflow\" never fires")
                .contains("Action: Correct its day and month.");
    }

    @Test
    void refusesTheSameScheduleTwice() {
        assertThat(refusal("schedule: [\"0 6 * * *\", \"0 0 6 * * *\"]"))
                .contains("Workflow \"daily-workflow\" has the schedule \"0 0 6 * * *\" twice")
                .contains("Action: Remove one of them.");
    }

    @Test
    void refusesAScheduleThatIsTooLong() {
        assertThat(refusal("schedule: \"0" + ",1".repeat(100) + " * * * *\""))
                .contains("The schedule \"0,1,1,1,1,1,1,1,1,1,…\" of workflow \"daily-workflow\" is too long: 209")
                .contains("Action: Split it into several.");
    }

    @Test
    void refusesAnUnknownZone() {
        assertThat(refusal("zone: Europe/Atlantis"))
                .contains("The zone \"Europe/Atlantis\" of workflow \"daily-workflow\" is unknown")
                .contains("Action: Write the name of a region, as in \"Europe/Berlin\", or \"UTC\".");
    }

    @ParameterizedTest
    @CsvSource({"catch-up, twice", "overlap, queue"})
    void refusesOtherWordsForCatchUpAndOverlap(String property, String value) {
        assertThat(refusal(property + ": " + value))
                .contains("workflows.definitions.daily-workflow." + property, value, "Action: ");
    }

    @Workflow(schedule = "0 6 * * *")
    static class TextWorkflow extends Runs<String> {}

    record Range(String from, String to) {

        Range {
            if (from == null || to == null) {
                throw new IllegalArgumentException("a range has two ends");
            }
        }
    }

    @Workflow(schedule = "0 6 * * *")
    static class RangeWorkflow extends Runs<Range> {}

    record Report(@Nullable String id, Optional<String> format) {}

    @Workflow(schedule = "0 6 * * *")
    static class ReportWorkflow extends Runs<Report> {}

    @Test
    void refusesAScheduleWhoseInstancesWouldLackTheirParams() {
        assertThat(refusal(TextWorkflow.class, "workflows.enabled: true"))
                .contains("Workflow \"text-workflow\" has a schedule, whose instances have no params but {}")
                .contains("cannot be read back from JSON as java.lang.String")
                .contains("Action: Let the type of its params be one that can be read from {}");
        assertThat(refusal(RangeWorkflow.class, "workflows.enabled: true"))
                .contains("\"range-workflow\" has a schedule", "a range has two ends");
        StartUp.withoutDatabase(ReportWorkflow.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void paramsThatAScheduleWouldLackAreNoMatterWithoutOne() {
        StartUp.withoutDatabase(TextWorkflow.class)
                .withPropertyValues("workflows.definitions.text-workflow.schedule=")
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static String refusal(String setting) {
        return refusal(DailyWorkflow.class, "workflows.definitions.daily-workflow:\n  " + setting);
    }

    private static String refusal(Class<?> workflow, String yaml) {
        String[] explanation = {""};
        StartUp.yaml(StartUp.withoutDatabase(workflow), yaml).run(context -> {
            assertThat(context).hasFailed();
            explanation[0] = StartUp.explanation(context.getStartupFailure());
        });
        return explanation[0];
    }
}
