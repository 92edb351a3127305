package dev.workflows;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that an instance has waited for; the same at every replay.
 *
 * @param payload what it was sent with, read as the type that the wait asked for
 * @param type its type
 * @param timestamp when it was sent
 */
public record ReceivedEvent<T extends @Nullable Object>(T payload, String type, Instant timestamp) {

    /** Without the payload, which may be sensitive. */
    @Override
    public String toString() {
        return "ReceivedEvent[type=%s, timestamp=%s]".formatted(type, timestamp);
    }
}
