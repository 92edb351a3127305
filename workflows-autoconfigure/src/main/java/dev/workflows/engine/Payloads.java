package dev.workflows.engine;

import dev.workflows.PayloadException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/** Params, results and outputs as JSON, with a mapper of our own that nothing in the application changes. */
final class Payloads {

    /** Types whose values read back as they are. */
    private static final Set<Class<?>> UNCHANGED = Set.of(
            String.class,
            boolean.class,
            Boolean.class,
            byte.class,
            Byte.class,
            short.class,
            Short.class,
            int.class,
            Integer.class,
            long.class,
            Long.class);

    private final JsonMapper mapper = PayloadMapper.create();
    private final PayloadLimits limits;

    Payloads(PayloadLimits limits) {
        this.limits = limits;
    }

    /**
     * @param what the value, for the message: {@code the params of workflow "x"}
     * @throws PayloadException if the params cannot be written, cannot be read back, or are too large
     */
    String writeParams(@Nullable Object params, Type type, String what) {
        String json = params == null ? "{}" : write(params, type, what, limits.params());
        read(json, type, what);
        return json;
    }

    /** @throws PayloadException if the result or output cannot be written, or is too large */
    String writeResult(@Nullable Object value, Type type, String what) {
        return write(value, type, what, limits.result());
    }

    private String write(@Nullable Object value, Type type, String what, DataSize limit) {
        if (isVoid(type)) {
            return "null";
        }
        byte[] json;
        try {
            json = mapper.writerFor(javaType(type)).writeValueAsBytes(value);
        } catch (RuntimeException | Error e) {
            throw new PayloadException(
                    "%s cannot be written as JSON from %s: %s"
                            .formatted(capitalized(what), type.getTypeName(), reason(e)),
                    e);
        }
        if (json.length > limit.toBytes()) {
            throw new PayloadException(String.format(
                    Locale.ROOT,
                    "%s: too large, %,d bytes as JSON where the limit is %,d",
                    capitalized(what),
                    json.length,
                    limit.toBytes()));
        }
        return new String(json, StandardCharsets.UTF_8);
    }

    /** @throws PayloadException if the JSON cannot be read as the type */
    @Nullable
    Object read(String json, Type type, String what) {
        if (isVoid(type)) {
            return null;
        }
        try {
            return mapper.readerFor(javaType(type)).readValue(json);
        } catch (RuntimeException | Error e) {
            throw new PayloadException(
                    "%s cannot be read back from JSON as %s: %s"
                            .formatted(capitalized(what), type.getTypeName(), reason(e)),
                    e);
        }
    }

    /** The value as a replay will see it. */
    @Nullable
    Object readBack(@Nullable Object value, String json, Type type, String what) {
        return type instanceof Class<?> raw && UNCHANGED.contains(raw) ? value : read(json, type, what);
    }

    private static boolean isVoid(Type type) {
        return type == void.class || type == Void.class;
    }

    private JavaType javaType(Type type) {
        return mapper.constructType(type);
    }

    private static String capitalized(String what) {
        return Character.toUpperCase(what.charAt(0)) + what.substring(1);
    }

    /** What Jackson says, or what the value's own accessors threw: anything. */
    private static String reason(Throwable thrown) {
        return thrown instanceof JacksonException jackson
                ? jackson.getOriginalMessage()
                : Failures.of(thrown).name() + ": " + Failures.of(thrown).message();
    }
}
