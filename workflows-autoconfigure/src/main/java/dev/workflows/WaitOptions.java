package dev.workflows;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * What event to wait for, and how long.
 *
 * @param eventType the event's type: 1 to 100 letters, digits, {@code _} and {@code -}, not starting with {@code -}
 * @param payloadType what its payload is read as
 * @param timeout at most 365 days
 */
public record WaitOptions<T extends @Nullable Object>(String eventType, Type payloadType, Duration timeout) {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(24);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int MAX_TYPE_LENGTH = 100;
    private static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]*");

    /** @throws IllegalArgumentException if the type is malformed, or the timeout is out of bounds */
    public WaitOptions {
        requireType(eventType);
        if (timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("A wait for an event takes 0 to 365 days, not %s".formatted(timeout));
        }
    }

    /** An event of this type, for 24 hours. */
    public static <T> WaitOptions<T> forType(String eventType, Class<T> payloadType) {
        return new WaitOptions<>(eventType, payloadType, DEFAULT_TIMEOUT);
    }

    /** An event of this type, with a payload such as {@code List<Item>}, for 24 hours. */
    public static <T> WaitOptions<T> forType(String eventType, ParameterizedTypeReference<T> payloadType) {
        return new WaitOptions<>(eventType, payloadType.getType(), DEFAULT_TIMEOUT);
    }

    public WaitOptions<T> withTimeout(Duration timeout) {
        return new WaitOptions<>(eventType, payloadType, timeout);
    }

    /**
     * @param timeout written as in {@link Step}: {@code "24 hours"}
     * @throws IllegalArgumentException if it cannot be read, or is out of bounds
     */
    public WaitOptions<T> withTimeout(String timeout) {
        return withTimeout(DurationText.valueOf(timeout).value());
    }

    /** @throws IllegalArgumentException if it is no type of an event */
    public static void requireType(String eventType) {
        if (eventType.length() > MAX_TYPE_LENGTH || !TYPE.matcher(eventType).matches()) {
            throw new IllegalArgumentException(
                    "Event type \"%s\" is malformed: use 1 to %d letters, digits, \"_\" and \"-\", not starting with \"-\""
                            .formatted(
                                    eventType.length() > MAX_TYPE_LENGTH
                                            ? eventType.substring(0, MAX_TYPE_LENGTH) + "…"
                                            : eventType,
                                    MAX_TYPE_LENGTH));
        }
    }
}
