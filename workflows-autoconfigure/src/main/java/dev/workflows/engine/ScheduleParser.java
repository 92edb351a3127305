package dev.workflows.engine;

import dev.workflows.CatchUp;
import dev.workflows.Overlap;
import dev.workflows.Workflow;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reads the schedules of one workflow; it refuses what could not fire. */
final class ScheduleParser {

    private static final int MAX_LENGTH = 200;
    private static final String HOW_TO_WRITE =
            "Write 5 fields, minute, hour, day of month, month and day of week, as in \"0 6 * * MON-FRI\"; or 6, with the "
                    + "second before them; or a macro as \"@daily\".";

    private final String workflow;

    ScheduleParser(String workflow) {
        this.workflow = workflow;
    }

    static ScheduleSettings declared(Workflow workflow) {
        return new ScheduleSettings(
                List.of(workflow.schedule()), workflow.zone(), workflow.catchUp(), workflow.overlap());
    }

    /** @throws WorkflowDefinitionException if a schedule could not fire as it is written */
    Schedules parse(ScheduleSettings settings) {
        List<String> texts = Objects.requireNonNullElse(settings.crons(), List.of());
        if (texts.isEmpty()) {
            return Schedules.NONE;
        }
        ZoneId zone = zone(Objects.requireNonNullElse(settings.zone(), "UTC"));
        List<Cron> crons = new ArrayList<>();
        for (String text : texts) {
            Cron cron = cron(text, zone);
            refuse(
                    crons.stream().anyMatch(other -> other.expression().equals(cron.expression())),
                    "Workflow \"%s\" has the schedule \"%s\" twice".formatted(workflow, text),
                    "Remove one of them.");
            crons.add(cron);
        }
        return new Schedules(
                List.copyOf(crons),
                Objects.requireNonNullElse(settings.catchUp(), CatchUp.ONCE),
                Objects.requireNonNullElse(settings.overlap(), Overlap.ALLOW));
    }

    private ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new WorkflowDefinitionException(
                    "The zone \"%s\" of workflow \"%s\" is unknown: its schedule could not fire"
                            .formatted(text, workflow),
                    "Write the name of a region, as in \"Europe/Berlin\", or \"UTC\".");
        }
    }

    private Cron cron(String text, ZoneId zone) {
        refuse(
                text.length() > MAX_LENGTH,
                "The schedule \"%s…\" of workflow \"%s\" is too long: %d characters where the limit is %d"
                        .formatted(text.substring(0, Math.min(20, text.length())), workflow, text.length(), MAX_LENGTH),
                "Split it into several.");
        Cron cron;
        try {
            cron = Cron.of(text, zone);
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException(
                    "The schedule \"%s\" of workflow \"%s\" is no cron expression: %s"
                            .formatted(text, workflow, e.getMessage()),
                    HOW_TO_WRITE);
        }
        refuse(
                cron.next(Instant.now()) == null,
                "The schedule \"%s\" of workflow \"%s\" never fires: there is no such day".formatted(text, workflow),
                "Correct its day and month.");
        return cron;
    }

    private static void refuse(boolean wrong, String message, String action) {
        if (wrong) {
            throw new WorkflowDefinitionException(message, action);
        }
    }
}
