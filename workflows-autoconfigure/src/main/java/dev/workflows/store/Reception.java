package dev.workflows.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of a wait for an event, or for the end of a child.
 *
 * @param written {@link Written#STALE} if the claim is
 * @param checkpoint the wait's outcome: the event or its timeout, or how the child ended; null while there is none
 * @param left how long until the timeout, while there is no outcome; null if there is no timeout
 * @param signals how often the instance had been signalled by then
 */
public record Reception(
        Written written,
        @Nullable Checkpoint checkpoint,
        @Nullable Duration left,
        long signals) {

    public static final Reception STALE = new Reception(Written.STALE, null, null, 0);
}
