package dev.workflows.engine;

import dev.workflows.Step;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Finds the method that {@link Step#rollback} names, and refuses one that could not be called. */
final class RollbackParser {

    private final Method step;
    private final Class<?> type;
    private final String name;
    private final List<Class<?>> arguments;

    /** @param name the step's */
    RollbackParser(Method step, Class<?> type, String name) {
        this.step = step;
        this.type = type;
        this.name = name;
        List<Class<?>> given = new ArrayList<>();
        if (returnsSomething()) {
            Class<?> result = ResolvableType.forMethodReturnType(step, type).resolve(step.getReturnType());
            given.add(ClassUtils.resolvePrimitiveIfNecessary(result));
        }
        given.addAll(parameters(step));
        this.arguments = given;
    }

    /**
     * @param handler the method's name
     * @throws WorkflowDefinitionException if the class has no such method
     */
    Method find(String handler) {
        List<Method> named = Stream.of(ReflectionUtils.getUniqueDeclaredMethods(type))
                .filter(method -> method.getName().equals(handler) && !method.isBridge() && !method.isSynthetic())
                .toList();
        return Stream.concat(
                        named.stream().filter(this::takesArguments),
                        named.stream().filter(method -> method.getParameterCount() == 0))
                .findFirst()
                .orElseThrow(() -> refusal(handler, named.isEmpty()));
    }

    /** How that method is called. */
    RollbackDeclaration.RollbackCall call(Method handler) {
        ReflectionUtils.makeAccessible(handler);
        boolean takesArguments = handler.getParameterCount() > 0;
        boolean takesResult = takesArguments && returnsSomething();
        return (call, result) -> {
            StepCall made = Objects.requireNonNull(call);
            List<@Nullable Object> given = new ArrayList<>();
            if (takesResult) {
                given.add(result);
            }
            if (takesArguments) {
                given.addAll(made.arguments());
            }
            try {
                handler.invoke(made.target(), given.toArray());
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        };
    }

    private boolean returnsSomething() {
        return step.getReturnType() != void.class;
    }

    /** A result is null where the step failed, so it cannot be a primitive. */
    private boolean takesArguments(Method handler) {
        List<Class<?>> taken = parameters(handler);
        boolean fits = taken.size() == arguments.size() && !taken.isEmpty();
        for (int i = 0; fits && i < taken.size(); i++) {
            boolean isResult = i == 0 && returnsSomething();
            fits = isResult
                    ? taken.get(i).isAssignableFrom(arguments.get(i))
                    : ClassUtils.isAssignable(taken.get(i), arguments.get(i));
        }
        return fits;
    }

    private List<Class<?>> parameters(Method method) {
        List<Class<?>> resolved = new ArrayList<>();
        for (int i = 0; i < method.getParameterCount(); i++) {
            resolved.add(ResolvableType.forMethodParameter(method, i, type).resolve(method.getParameterTypes()[i]));
        }
        return resolved;
    }

    private WorkflowDefinitionException refusal(String handler, boolean missing) {
        String wanted = arguments.stream().map(Class::getSimpleName).collect(Collectors.joining(", "));
        return new WorkflowDefinitionException(
                "Step \"%s\" (%s.%s) names the rollback \"%s\", but %s"
                        .formatted(
                                name,
                                type.getSimpleName(),
                                step.getName(),
                                handler,
                                missing
                                        ? "the class has no method of that name"
                                        : "no method of that name takes what a rollback is given"),
                "Declare %s(%s)%s, or %s() without parameters."
                        .formatted(
                                handler,
                                wanted,
                                returnsSomething() ? ", the step's result and then its parameters" : "",
                                handler));
    }
}
