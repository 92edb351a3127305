package dev.workflows.engine;

import dev.workflows.WorkflowException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Answers a step's call from its checkpoint, or makes attempts until there is one. */
final class StepRunner {

    private static final Logger log = LoggerFactory.getLogger(StepRunner.class);

    private final StepSpecs specs;
    private final AttemptRunner attempts;
    private final StepTransactions transactions;
    private final WorkflowStore store;
    private final Patience patience;

    StepRunner(
            StepSpecs specs,
            AttemptRunner attempts,
            StepTransactions transactions,
            WorkflowStore store,
            Patience patience) {
        this.specs = specs;
        this.attempts = attempts;
        this.transactions = transactions;
        this.store = store;
        this.patience = patience;
    }

    @Nullable
    Object call(Pass pass, Method method, Class<?> type, boolean onThis, StepBody body) throws Throwable {
        StepSpec spec = specs.find(pass.definition(), method, type);
        if (pass.isInBody()) {
            return callWithin(pass, spec, onThis, body);
        }
        pass.requireRunning();
        refuseForeignTransaction(spec);
        StepKey key = pass.nextKey(StepKey.Kind.STEP, spec.name());
        Checkpoint stored = pass.history().checkpoints().get(key);
        return stored != null
                ? attempts.answer(pass, spec, stored)
                : attemptUntilDone(pass, spec, key, onThis ? reading(spec, body) : body);
    }

    /** A transaction that only reads is the body's alone; on this, it has nobody else to begin it. */
    private StepBody reading(StepSpec spec, StepBody body) {
        TransactionAttribute own = spec.transaction();
        return own == null || spec.commitsWithCheckpoint() ? body : () -> transactions.execute(own, body);
    }

    /** A step inside a step's body is part of that body; on this, its transaction has nobody else to begin it. */
    private @Nullable Object callWithin(Pass pass, StepSpec spec, boolean onThis, StepBody body) throws Throwable {
        log.debug("{} step={} is called inside another step's body, and part of it", pass, spec.name());
        TransactionAttribute own = onThis ? spec.transaction() : null;
        return own == null || TransactionSynchronizationManager.isActualTransactionActive()
                ? body.call()
                : transactions.execute(own, body);
    }

    private static void refuseForeignTransaction(StepSpec spec) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new WorkflowException(
                    ("Step \"%s\" was called inside a transaction that is not its own. Rolled back, that transaction would "
                                    + "undo what the step did but not that it is done. Call the step outside of it, or "
                                    + "put @Transactional on the step")
                            .formatted(spec.name()));
        }
    }

    private @Nullable Object attemptUntilDone(Pass pass, StepSpec spec, StepKey key, StepBody body) throws Throwable {
        int made = pass.history().attempts().getOrDefault(key, 0);
        if (pass.takeInterrupted()) {
            made++;
            recordInterrupted(pass, key, made);
        }
        while (true) {
            StepAttempt attempt = new StepAttempt(key, ++made, Timestamps.now());
            try {
                return attempts.run(pass, spec, attempt, body, () -> abandon(pass, spec, attempt));
            } catch (AttemptFailedException e) {
                Checkpoint failed = fail(pass, spec, e);
                if (failed != null) {
                    return attempts.answer(pass, spec, failed);
                }
            }
        }
    }

    private void recordInterrupted(Pass pass, StepKey key, int number) {
        Instant now = Timestamps.now();
        FailedAttempt interrupted = new FailedAttempt(key, number, now, now, Failures.interrupted());
        log.info("{} step={} attempt={} was interrupted", pass, key, number);
        if (!patience.insist(() -> store.attemptFailed(pass.claim(), interrupted))) {
            throw pass.lost();
        }
    }

    /** The step's outcome if it has failed for good; null to attempt it again at once. */
    private @Nullable Checkpoint fail(Pass pass, StepSpec spec, AttemptFailedException e) {
        FailedAttempt attempt = e.attempt();
        if (spec.retryPolicy().isExhausted(attempt.number(), e.thrown())) {
            return failForGood(pass, attempt);
        }
        Duration wait = spec.retryPolicy().waitAfter(attempt.number(), ThreadLocalRandom.current());
        logFailure(pass, attempt, "next in " + DurationText.shortly(wait));
        if (wait.isZero()) {
            if (!patience.insist(() -> store.attemptFailed(pass.claim(), attempt))) {
                throw pass.lost();
            }
            pass.requireRunning();
            return null;
        }
        if (!patience.insist(() -> store.retryLater(pass.claim(), attempt, wait))) {
            throw pass.lost();
        }
        throw pass.suspended(wait);
    }

    private Checkpoint failForGood(Pass pass, FailedAttempt attempt) {
        Checkpoint failed = Checkpoint.failed(attempt);
        logFailure(pass, attempt, "no further one");
        Written written = patience.insist(() -> store.stepFailed(pass.claim(), attempt, failed));
        return switch (written) {
            case STORED -> failed;
            case STALE -> throw pass.lost();
            case EXISTS -> attempts.winner(pass, attempt.key());
        };
    }

    /**
     * A body that ignored its interruption is left behind with its thread; the instance goes on elsewhere. Runs on a
     * thread of its own.
     */
    private void abandon(Pass pass, StepSpec spec, StepAttempt attempt) {
        FailedAttempt timedOut = attempt.failed(Failures.timeout(spec.timeout()));
        log.warn(
                "{} step={} attempt={} ignores the interruption at its timeout: its thread is left behind, and what it "
                        + "still does no longer counts",
                pass,
                attempt.key(),
                attempt.number());
        Duration wait = Duration.ZERO;
        if (spec.retryPolicy().isExhausted(attempt.number(), new TimeoutException())) {
            patience.insist(() -> store.stepFailed(pass.claim(), timedOut, Checkpoint.failed(timedOut)));
            patience.insist(() -> store.release(pass.claim(), false));
        } else {
            Duration delay = spec.retryPolicy().waitAfter(attempt.number(), ThreadLocalRandom.current());
            patience.insist(() -> store.retryLater(pass.claim(), timedOut, delay));
            wait = delay;
        }
        pass.lose();
        pass.slot().free(wait);
    }

    private static void logFailure(Pass pass, FailedAttempt attempt, String next) {
        log.info(
                "{} step={} attempt={} failed, {}: {}: {}",
                pass,
                attempt.key(),
                attempt.number(),
                next,
                attempt.failure().name(),
                attempt.failure().message());
    }
}
