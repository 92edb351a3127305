package dev.workflows.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of a wait for an event.
 *
 * @param written {@link Written#STALE} if the claim is
 * @param checkpoint the wait's outcome: the event, or its timeout; null while there is none
 * @param left how long until the timeout, while there is no outcome
 * @param signals how often the instance had been signalled by then
 */
public record Reception(Written written, @Nullable Checkpoint checkpoint, Duration left, long signals) {

    public static final Reception STALE = new Reception(Written.STALE, null, Duration.ZERO, 0);
}
