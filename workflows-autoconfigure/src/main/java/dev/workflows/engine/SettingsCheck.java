package dev.workflows.engine;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Refuses settings for workflows and steps that do not exist, before anything runs. */
final class SettingsCheck {

    private final EngineSettings settings;
    private final Collection<WorkflowDefinition> workflows;
    private final DeclaredSteps steps;

    SettingsCheck(EngineSettings settings, Collection<WorkflowDefinition> workflows, DeclaredSteps steps) {
        this.settings = settings;
        this.workflows = workflows;
        this.steps = steps;
    }

    /** @throws WorkflowDefinitionException if there is anything to refuse */
    void check() {
        Set<String> declared = new TreeSet<>();
        workflows.forEach(workflow -> declared.add(workflow.declaredName()));
        settings.workflows().forEach((key, configured) -> {
            String name = RelaxedNames.find(key, declared)
                    .orElseThrow(() -> unknown("workflows.definitions." + key, "workflow", declared));
            workflows.stream()
                    .filter(workflow -> workflow.declaredName().equals(name))
                    .forEach(workflow -> checkSteps(key, configured, workflow));
        });
    }

    private void checkSteps(String workflowKey, WorkflowSettings configured, WorkflowDefinition workflow) {
        Set<String> names = steps.namesIn(workflow);
        for (String key : configured.byStep().keySet()) {
            if (RelaxedNames.find(key, names).isEmpty()) {
                throw unknown("workflows.definitions." + workflowKey + ".steps." + key, "step", names);
            }
        }
    }

    private static WorkflowDefinitionException unknown(String property, String kind, Collection<String> known) {
        return new WorkflowDefinitionException(
                "The property \"%s\" names no %s: it would have no effect".formatted(property, kind),
                known.isEmpty()
                        ? "Remove it: there is no %s.".formatted(kind)
                        : "Use one of \"%s\". A name with spaces stands in brackets: \"[fetch source data]\"."
                                .formatted(String.join("\", \"", known)));
    }
}
