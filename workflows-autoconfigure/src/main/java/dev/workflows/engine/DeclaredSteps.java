package dev.workflows.engine;

import dev.workflows.Step;
import dev.workflows.Workflow;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/** The steps that methods declare, as far as bean definitions tell: those of each workflow's class, and those that all share. */
final class DeclaredSteps {

    static final DeclaredSteps NONE = new DeclaredSteps(List.of());

    private final List<StepDeclaration> shared;
    /** The names under which the steps of each workflow may be stored. */
    private final Map<String, Set<String>> stored = new ConcurrentHashMap<>();

    private DeclaredSteps(List<StepDeclaration> shared) {
        this.shared = shared;
    }

    /** @throws WorkflowDefinitionException if one could not work as it is written */
    static DeclaredSteps of(ConfigurableListableBeanFactory beans) {
        StepParser parser = new StepParser();
        List<StepDeclaration> shared = new ArrayList<>();
        for (String bean : beans.getBeanDefinitionNames()) {
            Class<?> type = type(beans, bean);
            if (type != null && mayHaveSteps(ClassUtils.getUserClass(type))) {
                shared.addAll(parser.parseAll(ClassUtils.getUserClass(type)));
            }
        }
        return new DeclaredSteps(List.copyOf(shared));
    }

    /** Not that of a proxy which shows nothing but interfaces. */
    private static @Nullable Class<?> type(ConfigurableListableBeanFactory beans, String bean) {
        Class<?> type = beans.getType(bean, false);
        return type != null && Proxy.isProxyClass(type) ? AutoProxyUtils.determineTargetClass(beans, bean) : type;
    }

    private static boolean mayHaveSteps(Class<?> type) {
        return !type.getName().startsWith("org.springframework.")
                && AnnotationUtils.isCandidateClass(type, Step.class)
                && !AnnotatedElementUtils.hasAnnotation(type, Workflow.class);
    }

    /** The names of all that a workflow can call. */
    Set<String> namesIn(WorkflowDefinition workflow) {
        Set<String> names = new TreeSet<>();
        in(workflow).forEach(step -> names.add(step.name()));
        return names;
    }

    /** Whether a method declares it. */
    boolean contain(WorkflowDefinition workflow, String step) {
        return storedNames(workflow).contains(step);
    }

    /** Those of these stored names that no method declares. */
    List<String> unknown(WorkflowDefinition workflow, Collection<String> stored) {
        Set<String> known = storedNames(workflow);
        return stored.stream()
                .filter(name -> !known.contains(name) && !isKeyed(name, known))
                .sorted()
                .toList();
    }

    /** As {@code charge [42]}; the name may have brackets, too. */
    private static boolean isKeyed(String stored, Set<String> known) {
        for (int i = stored.indexOf(" ["); i >= 0; i = stored.indexOf(" [", i + 1)) {
            if (known.contains(stored.substring(0, i))) {
                return true;
            }
        }
        return false;
    }

    private Set<String> storedNames(WorkflowDefinition workflow) {
        return stored.computeIfAbsent(
                workflow.name(),
                name -> in(workflow)
                        .flatMap(step -> Stream.concat(Stream.of(step.name()), step.aliases().stream()))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    private Stream<StepDeclaration> in(WorkflowDefinition workflow) {
        return Stream.concat(workflow.steps().stream(), shared.stream());
    }

    /** @throws WorkflowDefinitionException if what is stored under an alias could be another step's */
    void refuseAmbiguousAliases(Collection<WorkflowDefinition> workflows) {
        workflows.forEach(this::refuseAmbiguousAliases);
    }

    private void refuseAmbiguousAliases(WorkflowDefinition workflow) {
        Map<String, StepDeclaration> byAlias = new HashMap<>();
        in(workflow)
                .forEach(step -> step.aliases().forEach(alias -> {
                    StepDeclaration other = byAlias.putIfAbsent(alias, step);
                    if (other != null && !other.where().equals(step.where())) {
                        throw ambiguous(alias, step, other);
                    }
                }));
        in(workflow).forEach(step -> {
            StepDeclaration other = byAlias.get(step.name());
            if (other != null) {
                throw ambiguous(step.name(), other, step);
            }
        });
    }

    private static WorkflowDefinitionException ambiguous(String alias, StepDeclaration step, StepDeclaration other) {
        return new WorkflowDefinitionException(
                "The alias \"%s\" of step \"%s\" (%s) is also a name or alias of step \"%s\" (%s): nobody could say whose the results are that are stored under it"
                        .formatted(alias, step.name(), step.where(), other.name(), other.where()),
                "Remove it from the aliases of one of them.");
    }
}
