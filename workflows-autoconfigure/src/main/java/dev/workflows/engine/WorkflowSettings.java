package dev.workflows.engine;

import dev.workflows.Retention;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says about one workflow.
 *
 * @param name instead of the declared one; null to keep it
 * @param binding instead of the declared one; null to keep it
 * @param version instead of the declared one; null to keep it
 * @param steps what applies to all its steps where their annotation says nothing
 * @param byStep what applies to single steps whatever their annotation says, by name
 * @param retention null for the default
 * @param deadline instead of the declared one; null to keep it
 * @param schedule instead of what its annotation says
 * @param limits instead of what its annotation says
 */
public record WorkflowSettings(
        @Nullable String name,
        @Nullable String binding,
        @Nullable String version,
        StepSettings steps,
        Map<String, StepSettings> byStep,
        @Nullable Retention retention,
        @Nullable Duration deadline,
        ScheduleSettings schedule,
        LimitSettings limits) {

    static final WorkflowSettings NONE = new WorkflowSettings(
            null, null, null, StepSettings.UNSET, Map.of(), null, null, ScheduleSettings.UNSET, LimitSettings.UNSET);

    /** These, and what they leave open as the others say. */
    WorkflowSettings orElse(WorkflowSettings others) {
        Map<String, StepSettings> both = new LinkedHashMap<>(byStep);
        others.byStep.forEach((step, settings) -> both.merge(step, settings, StepSettings::orElse));
        return new WorkflowSettings(
                name != null ? name : others.name,
                binding != null ? binding : others.binding,
                version != null ? version : others.version,
                steps.orElse(others.steps),
                both,
                retention != null ? retention : others.retention,
                deadline != null ? deadline : others.deadline,
                schedule.orElse(others.schedule),
                limits.orElse(others.limits));
    }
}
