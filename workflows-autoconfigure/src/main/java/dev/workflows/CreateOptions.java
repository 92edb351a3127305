package dev.workflows;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to create an instance.
 *
 * @param params the payload of its event; null reads as an empty JSON object, {@code {}}
 * @param id unique within the workflow until retention has passed; null for a random UUID
 * @param retention how long the ended instance is kept; null for what is configured
 */
public record CreateOptions<P>(
        @Nullable P params, @Nullable String id, @Nullable Retention retention) {

    private static final int MAX_ID_LENGTH = 100;
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]*");

    /** @throws IllegalArgumentException if the id is malformed */
    public CreateOptions {
        if (id != null && (id.length() > MAX_ID_LENGTH || !ID.matcher(id).matches())) {
            throw new IllegalArgumentException(
                    "Instance id \"%s\" is malformed: use 1 to %d letters, digits, \"_\" and \"-\", not starting with \"-\""
                            .formatted(
                                    id.length() > MAX_ID_LENGTH ? id.substring(0, MAX_ID_LENGTH) + "…" : id,
                                    MAX_ID_LENGTH));
        }
    }

    /** A random id, and the retention that is configured. */
    public static <P> CreateOptions<P> of(@Nullable P params) {
        return new CreateOptions<>(params, null, null);
    }

    /**
     * @param id 1 to 100 letters, digits, {@code _} and {@code -}, not starting with {@code -}
     * @throws IllegalArgumentException if the id is malformed
     */
    public CreateOptions<P> withId(String id) {
        return new CreateOptions<>(params, id, retention);
    }

    public CreateOptions<P> withRetention(Retention retention) {
        return new CreateOptions<>(params, id, retention);
    }

    /** Without the params, which may be sensitive. */
    @Override
    public String toString() {
        return "CreateOptions[id=%s, retention=%s]".formatted(id, retention);
    }
}
