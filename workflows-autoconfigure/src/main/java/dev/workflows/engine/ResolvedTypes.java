package dev.workflows.engine;

import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import org.springframework.core.ResolvableType;

/** Types to read JSON as, with the type arguments that a subclass gives to the variables of what it inherits. */
final class ResolvedTypes {

    private ResolvedTypes() {}

    static Type of(ResolvableType type) {
        Type written = type.getType();
        Class<?> raw = type.resolve();
        if (raw == null || written instanceof Class) {
            return written;
        }
        if (type.isArray()) {
            return ResolvableType.forArrayComponent(resolved(type.getComponentType()))
                    .getType();
        }
        if (!type.hasGenerics() || type.hasUnresolvableGenerics()) {
            return written instanceof TypeVariable ? raw : written;
        }
        ResolvableType[] arguments =
                Arrays.stream(type.getGenerics()).map(ResolvedTypes::resolved).toArray(ResolvableType[]::new);
        return ResolvableType.forClassWithGenerics(raw, arguments).getType();
    }

    private static ResolvableType resolved(ResolvableType type) {
        return ResolvableType.forType(of(type));
    }
}
