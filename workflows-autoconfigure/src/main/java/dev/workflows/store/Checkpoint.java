package dev.workflows.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The stored outcome of a step.
 *
 * @param output JSON; null if the step failed, or is a sleep
 * @param failure null if the step completed
 * @param attempts how many it took
 * @param sensitive whether the output must not be shown
 * @param declared whether it is a step that a method declares, as whoever stored it could tell when it started
 * @param sentAt when the event was sent, if it is one that was waited for
 */
public record Checkpoint(
        StepKey key,
        @Nullable String output,
        @Nullable Failure failure,
        int attempts,
        Instant startedAt,
        Instant endedAt,
        boolean sensitive,
        boolean declared,
        @Nullable Instant sentAt) {

    public static Checkpoint completed(StepKey key, String output, int attempts, Instant startedAt, Instant endedAt) {
        return new Checkpoint(key, output, null, attempts, startedAt, endedAt, false, false, null);
    }

    public static Checkpoint failed(FailedAttempt last) {
        return new Checkpoint(
                last.key(), null, last.failure(), last.number(), last.startedAt(), last.endedAt(), false, false, null);
    }

    public Checkpoint withSensitive(boolean sensitive) {
        return new Checkpoint(key, output, failure, attempts, startedAt, endedAt, sensitive, declared, sentAt);
    }

    public Checkpoint withDeclared(boolean declared) {
        return new Checkpoint(key, output, failure, attempts, startedAt, endedAt, sensitive, declared, sentAt);
    }
}
