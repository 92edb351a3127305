package dev.workflows.engine;

import dev.workflows.Step;
import dev.workflows.Workflow;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/** Refuses steps that could not work, and settings for workflows and steps that do not exist, before anything runs. */
final class SettingsCheck {

    private final EngineSettings settings;
    private final Collection<WorkflowDefinition> workflows;
    private final ConfigurableListableBeanFactory beans;

    SettingsCheck(
            EngineSettings settings, Collection<WorkflowDefinition> workflows, ConfigurableListableBeanFactory beans) {
        this.settings = settings;
        this.workflows = workflows;
        this.beans = beans;
    }

    /** @throws WorkflowDefinitionException if there is anything to refuse */
    void check() {
        Set<String> shared = stepsOfOtherBeans();
        Set<String> declared = new TreeSet<>();
        workflows.forEach(workflow -> declared.add(workflow.declaredName()));
        settings.workflows().forEach((key, configured) -> {
            String name = RelaxedNames.find(key, declared)
                    .orElseThrow(() -> unknown("workflows.definitions." + key, "workflow", declared));
            workflows.stream()
                    .filter(workflow -> workflow.declaredName().equals(name))
                    .forEach(workflow -> checkSteps(key, configured, workflow, shared));
        });
    }

    private static void checkSteps(
            String workflowKey, WorkflowSettings configured, WorkflowDefinition workflow, Set<String> shared) {
        Set<String> names = new TreeSet<>(shared);
        workflow.steps().forEach(step -> names.add(step.name()));
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

    private Set<String> stepsOfOtherBeans() {
        StepParser parser = new StepParser();
        Set<String> names = new TreeSet<>();
        for (String bean : beans.getBeanDefinitionNames()) {
            Class<?> type = beans.getType(bean, false);
            if (type != null && mayHaveSteps(ClassUtils.getUserClass(type))) {
                List<StepDeclaration> steps = parser.parseAll(ClassUtils.getUserClass(type));
                steps.forEach(step -> names.add(step.name()));
            }
        }
        return names;
    }

    private static boolean mayHaveSteps(Class<?> type) {
        return !type.getName().startsWith("org.springframework.")
                && AnnotationUtils.isCandidateClass(type, Step.class)
                && !AnnotatedElementUtils.hasAnnotation(type, Workflow.class);
    }
}
