package dev.workflows.engine;

import dev.workflows.store.FailedAttempt;

/** An attempt made no checkpoint. */
final class AttemptFailedException extends Exception {

    private final transient FailedAttempt attempt;
    private final Throwable thrown;

    /** @param thrown what the retry policy is to judge */
    AttemptFailedException(FailedAttempt attempt, Throwable thrown) {
        super(null, thrown, false, false);
        this.attempt = attempt;
        this.thrown = thrown;
    }

    FailedAttempt attempt() {
        return attempt;
    }

    Throwable thrown() {
        return thrown;
    }
}
