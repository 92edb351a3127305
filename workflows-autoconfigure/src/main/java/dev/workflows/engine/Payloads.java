package dev.workflows.engine;

import dev.workflows.PayloadCodec;
import dev.workflows.PayloadException;
import dev.workflows.store.Failure;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Params, results and outputs as they are stored: as JSON, with a mapper of our own that nothing in the application changes,
 * and then as the codec has it.
 */
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
    private final @Nullable PayloadCodec codec;

    /** @param codec null to store plain JSON */
    Payloads(PayloadLimits limits, @Nullable PayloadCodec codec) {
        this.limits = limits;
        this.codec = codec;
    }

    /** @throws PayloadException if the params cannot be written, cannot be read back, or are too large */
    String writeParams(@Nullable Object params, PayloadSpec spec) {
        String stored = params == null ? encode("{}", spec) : write(params, spec, limits.params());
        read(stored, spec);
        return stored;
    }

    /** @throws PayloadException if the result or output cannot be written, or is too large */
    String writeResult(@Nullable Object value, PayloadSpec spec) {
        return write(value, spec, limits.result());
    }

    /** @throws PayloadException if the payload cannot be written, or is too large */
    String writeEvent(@Nullable Object payload, PayloadSpec spec) {
        return write(payload, spec, limits.event());
    }

    private String write(@Nullable Object value, PayloadSpec spec, DataSize limit) {
        if (isVoid(spec.type())) {
            return encode("null", spec);
        }
        byte[] json;
        try {
            json = mapper.writerFor(javaType(spec.type())).writeValueAsBytes(value);
        } catch (RuntimeException | Error e) {
            throw impossible("written as JSON from " + spec.type().getTypeName(), spec, e);
        }
        if (json.length > limit.toBytes()) {
            throw new PayloadException(String.format(
                    Locale.ROOT,
                    "%s: too large, %,d bytes as JSON where the limit is %,d",
                    capitalized(spec.what()),
                    json.length,
                    limit.toBytes()));
        }
        return encode(new String(json, StandardCharsets.UTF_8), spec);
    }

    /** @throws PayloadException if what is stored cannot be read as the type */
    @Nullable
    Object read(String stored, PayloadSpec spec) {
        if (isVoid(spec.type())) {
            return null;
        }
        return parse(decode(stored, spec), spec);
    }

    /** @throws PayloadException if the type cannot be read where there are no params */
    void requireReadableWithoutParams(PayloadSpec spec) {
        if (!isVoid(spec.type())) {
            parse("{}", spec);
        }
    }

    private @Nullable Object parse(String json, PayloadSpec spec) {
        try {
            return mapper.readerFor(javaType(spec.type())).readValue(json);
        } catch (RuntimeException | Error e) {
            throw impossible("read back from JSON as " + spec.type().getTypeName(), spec, e);
        }
    }

    /** The value as a replay will see it. A codec is not taken at its word: what it stored is read. */
    @Nullable
    Object readBack(@Nullable Object value, String stored, PayloadSpec spec) {
        boolean unchanged = codec == null && spec.type() instanceof Class<?> raw && UNCHANGED.contains(raw);
        return unchanged ? value : read(stored, spec);
    }

    private String encode(String json, PayloadSpec spec) {
        PayloadCodec by = codec;
        return by == null ? json : coded("encoded", by, spec, () -> by.encode(json, spec.context()));
    }

    private String decode(String stored, PayloadSpec spec) {
        PayloadCodec by = codec;
        return by == null ? stored : coded("decoded", by, spec, () -> by.decode(stored, spec.context()));
    }

    private static String coded(String how, PayloadCodec codec, PayloadSpec spec, Supplier<String> coding) {
        try {
            return Objects.requireNonNull(coding.get(), "it returned null");
        } catch (RuntimeException | Error e) {
            throw new PayloadException(
                    "%s cannot be %s by %s: %s"
                            .formatted(
                                    capitalized(spec.what()),
                                    how,
                                    codec.getClass().getSimpleName(),
                                    reason(e)),
                    e);
        }
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

    /** What is sensitive or encrypted must not be readable in the message, nor in the stack trace. */
    private PayloadException impossible(String what, PayloadSpec spec, Throwable thrown) {
        String message = "%s cannot be %s: ".formatted(capitalized(spec.what()), what);
        return codec == null && !spec.sensitive()
                ? new PayloadException(message + reason(thrown), thrown)
                : new PayloadException(message + Failures.of(thrown).name()
                        + ", whose message is left out, since it may quote the value");
    }

    /** What Jackson or the codec says, or what the value's own accessors threw: anything. */
    private static String reason(Throwable thrown) {
        if (thrown instanceof JacksonException jackson) {
            return jackson.getOriginalMessage();
        }
        Failure failure = Failures.of(thrown);
        return thrown instanceof PayloadException ? failure.message() : failure.name() + ": " + failure.message();
    }
}
