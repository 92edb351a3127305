package dev.workflows.engine;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.StepKey;
import java.time.Instant;

/** An attempt at a step: which one, and since when. */
record StepAttempt(StepKey key, int number, Instant startedAt) {

    Checkpoint completed(String output) {
        return Checkpoint.completed(key, output, number, startedAt, Timestamps.now());
    }

    FailedAttempt failed(Failure failure) {
        return new FailedAttempt(key, number, startedAt, Timestamps.now(), failure);
    }
}
