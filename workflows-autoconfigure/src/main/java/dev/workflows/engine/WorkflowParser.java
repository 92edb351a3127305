package dev.workflows.engine;

import dev.workflows.CreateOptions;
import dev.workflows.DurationText;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.util.ReflectionUtils;

/** The one place that reads {@link Workflow} annotations; it refuses what could not work as it is written. */
final class WorkflowParser {

    private static final int MAX_VERSION_LENGTH = 64;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]{0,63}");
    private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private final StepParser stepParser = new StepParser();
    private final Map<String, WorkflowSettings> settings;
    private final LimitSettings limits;
    private final Collection<String> declaredNames;

    /**
     * @param settings what is configured, by declared name
     * @param limits what applies where a workflow says nothing
     * @param declaredNames of all workflows
     */
    WorkflowParser(Map<String, WorkflowSettings> settings, LimitSettings limits, Collection<String> declaredNames) {
        this.settings = settings;
        this.limits = limits;
        this.declaredNames = declaredNames;
    }

    /** @throws WorkflowDefinitionException if the workflow could not work as it is written or configured */
    WorkflowDefinition parse(String beanName, Class<?> type, boolean madeByMethod) {
        Workflow workflow = annotation(type);
        String declaredName = declaredName(type);
        WorkflowSettings configured = RelaxedNames.settings(settings, declaredName, declaredNames)
                .reduce(WorkflowSettings.NONE, WorkflowSettings::orElse);
        String name = Objects.requireNonNullElse(configured.name(), declaredName);
        refuseName(name, type);
        List<String> aliases = List.of(workflow.aliases());
        aliases.forEach(alias -> refuseName(alias, type));
        if (!WorkflowEntrypoint.class.isAssignableFrom(type)) {
            throw new WorkflowDefinitionException(
                    "Workflow \"%s\" (%s) does not implement WorkflowEntrypoint: there is no run to enter"
                            .formatted(name, type.getName()),
                    "Let the class implement WorkflowEntrypoint<P, R>.");
        }
        List<StepDeclaration> steps = stepParser.parseAll(type);
        refuseSameStepNames(name, steps);
        refuseTransactionalRun(name, type);
        if (!steps.isEmpty()) {
            refuseWhatCannotBeEnhanced(name, type, madeByMethod);
        }
        ResolvableType entrypoint = ResolvableType.forClass(type).as(WorkflowEntrypoint.class);
        return new WorkflowDefinition(
                name,
                aliases,
                declaredName,
                binding(configured, workflow, name),
                version(configured, workflow, name),
                beanName,
                type,
                ResolvedTypes.of(entrypoint.getGeneric(0)),
                ResolvedTypes.of(entrypoint.getGeneric(1)),
                steps,
                Set.copyOf(List.of(workflow.sensitive())),
                configured,
                limits(configured, workflow, name),
                new ScheduleParser(name).parse(configured.schedule().orElse(ScheduleParser.declared(workflow))),
                deadline(configured, workflow, name));
    }

    private static Workflow annotation(Class<?> type) {
        return Objects.requireNonNull(AnnotatedElementUtils.findMergedAnnotation(type, Workflow.class));
    }

    /** The name in its annotation, or else that of its class. */
    static String declaredName(Class<?> type) {
        Workflow workflow = annotation(type);
        return workflow.name().isEmpty()
                ? WORD_START.matcher(type.getSimpleName()).replaceAll("-").toLowerCase(Locale.ROOT)
                : workflow.name();
    }

    private static String binding(WorkflowSettings configured, Workflow workflow, String name) {
        if (configured.binding() != null) {
            return configured.binding();
        }
        return workflow.binding().isEmpty() ? name.replace('-', '_').toUpperCase(Locale.ROOT) : workflow.binding();
    }

    private static String version(WorkflowSettings configured, Workflow workflow, String name) {
        String version = Objects.requireNonNullElse(configured.version(), workflow.version());
        if (version.length() > MAX_VERSION_LENGTH || !version.isEmpty() && StepParser.nameProblem(version) != null) {
            throw new WorkflowDefinitionException(
                    "The version of workflow \"%s\" is malformed: \"%s\"".formatted(name, version),
                    "Use at most %d characters, none of them a control character, in @Workflow or workflows.definitions.*.version."
                            .formatted(MAX_VERSION_LENGTH));
        }
        return version;
    }

    private WorkflowLimits limits(WorkflowSettings configured, Workflow workflow, String name) {
        try {
            return WorkflowLimits.of(workflow, configured.limits(), limits);
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException(
                    "The limits of workflow \"%s\" are out of bounds: %s".formatted(name, e.getMessage()),
                    "Correct them in its @Workflow.");
        }
    }

    private static @Nullable Duration deadline(WorkflowSettings configured, Workflow workflow, String name) {
        if (configured.deadline() == null && workflow.deadline().isEmpty()) {
            return null;
        }
        try {
            Duration deadline = configured.deadline() != null
                    ? configured.deadline()
                    : DurationText.valueOf(workflow.deadline()).value();
            return CreateOptions.of(null).withDeadline(deadline).deadline();
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException(
                    "The deadline of workflow \"%s\" cannot be used: %s".formatted(name, e.getMessage()),
                    "Correct @Workflow(deadline), or workflows.definitions.%s.deadline.".formatted(name));
        }
    }

    private static void refuseName(String name, Class<?> type) {
        if (!NAME.matcher(name).matches()) {
            throw new WorkflowDefinitionException(
                    "The workflow name \"%s\" (%s) is malformed".formatted(name, type.getName()),
                    "Use 1 to 64 letters, digits, \"_\" and \"-\", not starting with \"-\".");
        }
    }

    private static void refuseSameStepNames(String name, List<StepDeclaration> steps) {
        Set<String> seen = new HashSet<>();
        for (StepDeclaration step : steps) {
            if (!seen.add(step.name())) {
                throw new WorkflowDefinitionException(
                        ("Workflow \"%s\" has two steps named \"%s\" (one of them %s): their stored results could be "
                                        + "mistaken for one another")
                                .formatted(name, step.name(), step.where()),
                        "Give one of them another name in its @Step.");
            }
        }
    }

    private static void refuseTransactionalRun(String name, Class<?> type) {
        AnnotationTransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);
        for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type, WorkflowParser::isRun)) {
            if (transactions.getTransactionAttribute(method, type) != null) {
                throw new WorkflowDefinitionException(
                        ("The run method of workflow \"%s\" (%s) is transactional: one transaction around all steps would "
                                        + "undo the stored results of those that completed")
                                .formatted(name, type.getName()),
                        "Remove @Transactional from run and from the class, and put it on the steps that need it.");
            }
        }
    }

    private static boolean isRun(Method method) {
        return method.getName().equals("run") && method.getParameterCount() == 2 && !method.isBridge();
    }

    private static void refuseWhatCannotBeEnhanced(String name, Class<?> type, boolean madeByMethod) {
        if (madeByMethod) {
            throw new WorkflowDefinitionException(
                    ("Workflow \"%s\" (%s) is made by a @Bean method or a supplier and has steps of its own: calls on \"this\" cannot be "
                                    + "intercepted in an object that somebody else has made")
                            .formatted(name, type.getName()),
                    "Let component scan or @Import find the class, or move its steps to another bean.");
        }
        if (Modifier.isFinal(type.getModifiers())) {
            throw new WorkflowDefinitionException(
                    "Workflow \"%s\" (%s) is a final class: its steps cannot be intercepted"
                            .formatted(name, type.getName()),
                    "Remove \"final\" from the class, or move its steps to another bean.");
        }
    }
}
