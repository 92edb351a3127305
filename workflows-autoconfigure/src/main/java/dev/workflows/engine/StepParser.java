package dev.workflows.engine;

import dev.workflows.Backoff;
import dev.workflows.DurationText;
import dev.workflows.Step;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.expression.ParseException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.util.ReflectionUtils;

/** The one place that reads {@link Step} annotations; it refuses what could not work as it is written. */
final class StepParser {

    private static final int MAX_NAME_LENGTH = 256;

    /** What stands for a result that is yet to come, or that can be read only once. */
    private static final List<Class<?>> NOT_STORABLE = List.of(
            Future.class,
            CompletionStage.class,
            Flow.Publisher.class,
            BaseStream.class,
            Iterator.class,
            Closeable.class);

    private final TransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

    /** Every step that a class declares or inherits. */
    List<StepDeclaration> parseAll(Class<?> type) {
        List<StepDeclaration> steps = new ArrayList<>();
        // bridges count at first: each overrides the method of a superclass that would else be a step of its own
        for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type, StepParser::isAnnotated)) {
            if (isStep(method)) {
                steps.add(parse(method, type));
            }
        }
        return steps;
    }

    /** The steps in the order in which the source has them, which reflection does not know; for people to read. */
    static List<StepDeclaration> inSourceOrder(List<StepDeclaration> steps, Class<?> type) throws IOException {
        List<String> order = MetadataReaderFactory.create(type.getClassLoader())
                .getMetadataReader(type.getName())
                .getAnnotationMetadata()
                .getAnnotatedMethods(Step.class.getName())
                .stream()
                .map(method -> type.getSimpleName() + "." + method.getMethodName())
                .toList();
        return steps.stream()
                .sorted(Comparator.comparingInt(step -> order.indexOf(step.where())))
                .toList();
    }

    boolean isStep(Method method) {
        return isAnnotated(method) && (!method.isBridge() || isBridgeForVisibility(method));
    }

    private static boolean isAnnotated(Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, Step.class);
    }

    /** The compiler has public classes repeat the public methods of a superclass that is not, and calls that a bridge too. */
    private static boolean isBridgeForVisibility(Method bridge) {
        Method bridged = BridgeMethodResolver.findBridgedMethod(bridge);
        return bridged.getReturnType() == bridge.getReturnType()
                && Arrays.equals(bridged.getParameterTypes(), bridge.getParameterTypes());
    }

    /** @throws WorkflowDefinitionException if the step could not work as it is written */
    StepDeclaration parse(Method called, Class<?> type) {
        // a bridge has lost the type arguments
        Method method = BridgeMethodResolver.findBridgedMethod(called);
        Step step = AnnotatedElementUtils.findMergedAnnotation(method, Step.class);
        if (step == null) {
            throw new IllegalArgumentException(method + " is no step");
        }
        String name = step.name().isEmpty() ? method.getName() : step.name();
        String where = type.getSimpleName() + "." + method.getName();
        refuseWhatCannotBeIntercepted(method, name, where);
        refuseName(name, where);
        List<String> aliases = List.of(step.aliases());
        aliases.forEach(alias -> refuseName(alias, where));
        Type returnType = ResolvedTypes.of(ResolvableType.forMethodReturnType(method, type));
        refuseReturnType(method, type, name, where);
        return new StepDeclaration(
                name,
                aliases,
                where,
                returnType,
                settings(step, name, where),
                List.of(step.noRetryFor()),
                step.sensitive(),
                transaction(method, type, name, where),
                key(step, name, where),
                null,
                rollback(step, method, type, name));
    }

    /** Attempted as its own annotation says, if it has one. */
    private @Nullable RollbackDeclaration rollback(Step step, Method method, Class<?> type, String name) {
        if (step.rollback().isEmpty()) {
            return null;
        }
        RollbackParser parser = new RollbackParser(method, type, name);
        Method handler = parser.find(step.rollback());
        Step own = AnnotatedElementUtils.findMergedAnnotation(handler, Step.class);
        String where = type.getSimpleName() + "." + handler.getName();
        StepDeclaration attempted = new StepDeclaration(
                name,
                List.of(),
                where,
                void.class,
                own == null ? StepSettings.UNSET : settings(own, name, where),
                own == null ? List.of() : List.of(own.noRetryFor()),
                false,
                transaction(handler, type, name, where),
                null,
                null,
                null);
        return new RollbackDeclaration(attempted, parser.call(handler));
    }

    private static @Nullable KeyExpression key(Step step, String name, String where) {
        try {
            return step.key().isEmpty() ? null : KeyExpression.parse(step.key());
        } catch (ParseException e) {
            throw new WorkflowDefinitionException(
                    "The key \"%s\" of step \"%s\" (%s) is no expression: %s"
                            .formatted(step.key(), name, where, e.getMessage()),
                    "Write a SpEL expression over the method's parameters, such as \"#order.id\".");
        }
    }

    private void refuseWhatCannotBeIntercepted(Method method, String name, String where) {
        int modifiers = method.getModifiers();
        String why = Modifier.isPrivate(modifiers)
                ? "private"
                : Modifier.isStatic(modifiers) ? "static" : Modifier.isFinal(modifiers) ? "final" : null;
        if (why != null) {
            throw new WorkflowDefinitionException(
                    "Step \"%s\" (%s) is %s: its calls cannot be intercepted, so its result would never be stored"
                            .formatted(name, where, why),
                    "Make the method package-private, protected or public, and neither static nor final.");
        }
    }

    private void refuseName(String name, String where) {
        String problem = nameProblem(name);
        if (problem != null) {
            throw new WorkflowDefinitionException(
                    "The name of step %s %s".formatted(where, problem), "Give the step another name.");
        }
    }

    /** What is wrong with the name of a step or wait; null if nothing is. */
    static @Nullable String nameProblem(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            return "has %d characters: it must have 1 to %d".formatted(name.length(), MAX_NAME_LENGTH);
        }
        if (name.chars().anyMatch(c -> c < 0x20)) {
            return "contains a control character";
        }
        // a database that stores UTF-8 would store another name
        return name.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)
                ? "contains half of a surrogate pair"
                : null;
    }

    private void refuseReturnType(Method method, Class<?> type, String name, String where) {
        Class<?> raw = ResolvableType.forMethodReturnType(method, type).resolve(method.getReturnType());
        if (!isStorable(raw)) {
            throw new WorkflowDefinitionException(
                    "Step \"%s\" (%s) returns %s, which cannot be stored: a step's result is stored when the method returns"
                            .formatted(name, where, raw.getSimpleName()),
                    "Let the method wait for its result, and return the value itself.");
        }
    }

    /** Whether a result of that type is there when the step returns, and can be read more than once. */
    static boolean isStorable(Class<?> type) {
        return ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) == null
                && NOT_STORABLE.stream().noneMatch(refused -> refused.isAssignableFrom(type));
    }

    private StepSettings settings(Step step, String name, String where) {
        try {
            return new StepSettings(
                    step.retries() == Step.AS_CONFIGURED ? null : Integer.valueOf(step.retries()),
                    duration("delay", step.delay()),
                    step.backoff() == Backoff.AS_CONFIGURED ? null : step.backoff(),
                    duration("maxDelay", step.maxDelay()),
                    step.jitter() == Step.AS_CONFIGURED ? null : Double.valueOf(step.jitter()),
                    duration("timeout", step.timeout()));
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException(
                    "Step \"%s\" (%s) is declared with a value that cannot apply: %s"
                            .formatted(name, where, e.getMessage()),
                    "Correct the attribute of @Step.");
        }
    }

    private static @Nullable Duration duration(String attribute, String text) {
        try {
            return text.isEmpty() ? null : DurationText.valueOf(text).value();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(attribute + ": " + e.getMessage(), e);
        }
    }

    /** Null unless the method's own database writes can commit with its checkpoint, or it only reads. */
    private @Nullable TransactionAttribute transaction(Method method, Class<?> type, String name, String where) {
        TransactionAttribute attribute = transactions.getTransactionAttribute(method, type);
        if (attribute == null) {
            return null;
        }
        if (attribute.isReadOnly()) {
            return begins(attribute) ? attribute : null;
        }
        return switch (attribute.getPropagationBehavior()) {
            case TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.PROPAGATION_NESTED -> attribute;
            case TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.PROPAGATION_MANDATORY ->
                throw new WorkflowDefinitionException(
                        ("Step \"%s\" (%s) is transactional with propagation %s: a step begins its transaction itself, so "
                                        + "that its writes and its stored result commit together")
                                .formatted(
                                        name,
                                        where,
                                        attribute.getPropagationBehavior()
                                                        == TransactionDefinition.PROPAGATION_MANDATORY
                                                ? "MANDATORY"
                                                : "REQUIRES_NEW"),
                        "Use the default propagation, REQUIRED.");
            default -> null;
        };
    }

    private static boolean begins(TransactionAttribute attribute) {
        return switch (attribute.getPropagationBehavior()) {
            case TransactionDefinition.PROPAGATION_REQUIRED,
                    TransactionDefinition.PROPAGATION_REQUIRES_NEW,
                    TransactionDefinition.PROPAGATION_NESTED -> true;
            default -> false;
        };
    }
}
