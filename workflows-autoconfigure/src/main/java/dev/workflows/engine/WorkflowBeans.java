package dev.workflows.engine;

import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Finds the {@link Workflow} classes among the bean definitions, before any bean is made: replaces each by the subclass
 * whose steps are intercepted, and adds its binding.
 */
public final class WorkflowBeans implements BeanDefinitionRegistryPostProcessor {

    private final Map<String, WorkflowSettings> settings;
    private final LimitSettings limits;
    private final List<WorkflowDefinition> definitions = new ArrayList<>();

    /**
     * @param settings what is configured, by declared name
     * @param limits what applies where a workflow says nothing
     */
    public WorkflowBeans(Map<String, WorkflowSettings> settings, LimitSettings limits) {
        this.settings = settings;
        this.limits = limits;
    }

    List<WorkflowDefinition> definitions() {
        return List.copyOf(definitions);
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        ConfigurableListableBeanFactory beans = (ConfigurableListableBeanFactory) registry;
        Map<String, Class<?>> types = find(registry, beans);
        List<String> names =
                types.values().stream().map(WorkflowParser::declaredName).toList();
        WorkflowParser parser = new WorkflowParser(settings, limits, names);
        StepEnhancer enhancer = new StepEnhancer();
        types.forEach((beanName, type) -> {
            BeanDefinition bean = registry.getBeanDefinition(beanName);
            WorkflowDefinition definition = parser.parse(beanName, type, isMadeByMethod(bean));
            refuseSameName(definition, registry);
            definitions.add(definition);
            if (!definition.steps().isEmpty()) {
                ((AbstractBeanDefinition) bean).setBeanClass(enhancer.enhance(type));
            }
            registry.registerBeanDefinition(definition.binding(), binding(definition, beans));
        });
    }

    /** The workflow classes, by bean name. */
    private static Map<String, Class<?>> find(BeanDefinitionRegistry registry, BeanFactory beans) {
        Map<String, Class<?>> types = new LinkedHashMap<>();
        for (String beanName : registry.getBeanDefinitionNames()) {
            Class<?> type = registry.getBeanDefinition(beanName).isAbstract() ? null : beans.getType(beanName, false);
            if (type != null && AnnotatedElementUtils.hasAnnotation(type, Workflow.class)) {
                types.put(beanName, type);
            }
        }
        return types;
    }

    private static boolean isMadeByMethod(BeanDefinition bean) {
        return bean.getFactoryMethodName() != null
                || bean instanceof AbstractBeanDefinition definition && definition.getInstanceSupplier() != null;
    }

    private static RootBeanDefinition binding(WorkflowDefinition definition, ConfigurableListableBeanFactory beans) {
        RootBeanDefinition binding = new RootBeanDefinition();
        binding.setTargetType(ResolvableType.forClassWithGenerics(
                WorkflowBinding.class,
                ResolvableType.forType(definition.paramsType()),
                ResolvableType.forType(definition.outputType())));
        binding.setInstanceSupplier(() -> beans.getBean(WorkflowEngine.class).binding(definition.name()));
        return binding;
    }

    private void refuseSameName(WorkflowDefinition added, BeanDefinitionRegistry registry) {
        refuseAmbiguousAliases(added);
        for (WorkflowDefinition other : definitions) {
            if (other.name().equals(added.name())) {
                throw new WorkflowDefinitionException(
                        "Two workflows are named \"%s\": %s and %s. Their instances could not be told apart"
                                .formatted(
                                        added.name(),
                                        other.type().getName(),
                                        added.type().getName()),
                        "Give one of them another name in its @Workflow, or with workflows.definitions.*.name.");
            }
        }
        if (registry.containsBeanDefinition(added.binding())) {
            throw new WorkflowDefinitionException(
                    "The binding \"%s\" of workflow \"%s\" (%s) has the name of another bean"
                            .formatted(
                                    added.binding(), added.name(), added.type().getName()),
                    "Give the binding another name in @Workflow, or with workflows.definitions.*.binding.");
        }
    }

    private void refuseAmbiguousAliases(WorkflowDefinition added) {
        Map<String, WorkflowDefinition> byAlias = new HashMap<>();
        Stream.concat(definitions.stream(), Stream.of(added))
                .forEach(workflow -> workflow.aliases().forEach(alias -> {
                    WorkflowDefinition other = byAlias.putIfAbsent(alias, workflow);
                    if (other != null) {
                        throw ambiguous(alias, workflow, other);
                    }
                }));
        Stream.concat(definitions.stream(), Stream.of(added)).forEach(workflow -> {
            WorkflowDefinition other = byAlias.get(workflow.name());
            if (other != null) {
                throw ambiguous(workflow.name(), other, workflow);
            }
        });
    }

    private static WorkflowDefinitionException ambiguous(
            String alias, WorkflowDefinition workflow, WorkflowDefinition other) {
        return new WorkflowDefinitionException(
                "The alias \"%s\" of workflow \"%s\" (%s) is also a name or alias of %s: nobody could say whose the instances are that are stored under it"
                        .formatted(
                                alias,
                                workflow.name(),
                                workflow.type().getName(),
                                other == workflow
                                        ? "its own"
                                        : "workflow \"%s\" (%s)"
                                                .formatted(
                                                        other.name(),
                                                        other.type().getName())),
                "Remove it from the aliases of one of them.");
    }
}
