package dev.workflows.engine;

import dev.workflows.DurationText;
import dev.workflows.Retention;
import dev.workflows.Sensitive;
import java.io.IOException;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A workflow: its names, its types and what applies to its steps.
 *
 * @param aliases its former names, under which instances may be stored
 * @param declaredName the name in the code, which the configuration may have replaced
 * @param version what this state of the code is called
 * @param beanName the bean whose {@code run} is entered
 * @param steps those of its own class
 * @param sensitive what must not be shown
 * @param settings what the configuration says of it
 * @param limits how many instances run, and how far each goes
 * @param schedules when instances are created by themselves
 * @param deadline how long after its creation an instance must have ended; null if it need not
 */
record WorkflowDefinition(
        String name,
        List<String> aliases,
        String declaredName,
        String binding,
        String version,
        String beanName,
        Class<?> type,
        Type paramsType,
        Type outputType,
        List<StepDeclaration> steps,
        Set<Sensitive> sensitive,
        WorkflowSettings settings,
        WorkflowLimits limits,
        Schedules schedules,
        @Nullable Duration deadline) {

    /** The same workflow, as an instance has it that is stored under this name. */
    WorkflowDefinition storedAs(String storedName) {
        return new WorkflowDefinition(
                storedName,
                aliases,
                declaredName,
                binding,
                version,
                beanName,
                type,
                paramsType,
                outputType,
                steps,
                sensitive,
                settings,
                limits,
                schedules,
                deadline);
    }

    /** The names under which instances may be stored, the present one first. */
    List<String> storedNames() {
        return Stream.concat(Stream.of(name), aliases.stream()).toList();
    }

    /** What applies to a step in this workflow: said for the step, in its annotation, for the workflow, for all. */
    StepSpec spec(StepDeclaration step, StepSettings defaults) {
        StepSettings applied = settingsOf(step)
                .orElse(step.settings())
                .orElse(settings.steps())
                .orElse(defaults)
                .orElse(StepSettings.BUILT_IN);
        return StepSpec.of(step, applied);
    }

    /** What applies to a step's rollback: said in its annotation, for the workflow, for all. */
    StepSpec rollbackSpec(StepDeclaration rollback, StepSettings defaults) {
        return StepSpec.of(
                rollback,
                rollback.settings().orElse(settings.steps()).orElse(defaults).orElse(StepSettings.BUILT_IN));
    }

    private StepSettings settingsOf(StepDeclaration step) {
        if (settings.byStep().isEmpty()) {
            return StepSettings.UNSET;
        }
        Set<String> names = new HashSet<>(Set.of(step.name()));
        steps.forEach(own -> names.add(own.name()));
        return RelaxedNames.settings(settings.byStep(), step.name(), names)
                .reduce(StepSettings.UNSET, StepSettings::orElse);
    }

    Retention retention(Retention byDefault) {
        @Nullable Retention own = settings.retention();
        return own == null ? byDefault : own;
    }

    /** In a line, for the log at start-up. */
    String describe(StepSettings defaults) {
        String own = inSourceOrder().stream()
                .map(step -> spec(step, defaults).describe())
                .collect(Collectors.joining(", "));
        return "Workflow \"%s\" (%s) %s%s%s"
                .formatted(
                        name,
                        binding,
                        own.isEmpty() ? "has no steps of its own" : "has the steps " + own,
                        within(),
                        schedules.isEmpty() ? "" : "; scheduled at " + schedules.describe());
    }

    private String within() {
        return deadline == null ? "" : "; ends within " + DurationText.shortly(deadline);
    }

    private List<StepDeclaration> inSourceOrder() {
        try {
            return StepParser.inSourceOrder(steps, type);
        } catch (IOException e) {
            // a class that was made at runtime has no file to look into
            return steps;
        }
    }

    /** By each name under which instances may be stored. */
    static Map<String, WorkflowDefinition> byName(List<WorkflowDefinition> definitions) {
        return definitions.stream()
                .flatMap(definition -> definition.storedNames().stream().map(definition::storedAs))
                .collect(Collectors.toMap(WorkflowDefinition::name, definition -> definition));
    }
}
