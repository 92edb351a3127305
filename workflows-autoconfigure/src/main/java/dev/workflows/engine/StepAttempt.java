package dev.workflows.engine;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.StepKey;
import java.time.Instant;

/** An attempt at a step: which one, and since when. */
record StepAttempt(StepKey key, int number, Instant startedAt, PassClock clock) {

    static StepAttempt begin(StepKey key, int number, PassClock clock) {
        return new StepAttempt(key, number, clock.next(), clock);
    }

    Checkpoint completed(String output) {
        return Checkpoint.completed(key, output, number, startedAt, clock.next());
    }

    FailedAttempt failed(Failure failure) {
        return new FailedAttempt(key, number, startedAt, clock.next(), failure);
    }
}
