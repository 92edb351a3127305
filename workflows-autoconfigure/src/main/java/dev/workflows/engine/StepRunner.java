package dev.workflows.engine;

import dev.workflows.DurationText;
import dev.workflows.StepFailedException;
import dev.workflows.WorkflowException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Retry;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
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
    Object call(Branch branch, StepCall call) throws Throwable {
        StepSpec spec = specs.find(branch.pass().definition(), call.method(), call.type());
        if (branch.isInBody()) {
            return callWithin(branch, spec, call.onThis(), call.body());
        }
        branch.requireRunning();
        KeyExpression key = spec.key();
        StepBody body = call.onThis() ? reading(spec, call.body()) : call.body();
        return call(branch, spec, key(branch, spec, key == null ? null : key.of(spec, call)), body, call);
    }

    /** @param key what tells the call from others of the same name; null for its order */
    @Nullable
    Object call(Branch branch, StepDeclaration lambda, @Nullable Object key, StepBody body) throws Throwable {
        StepSpec spec = specs.lambda(branch.pass().definition(), lambda);
        if (branch.isInBody()) {
            return callWithin(branch, spec, false, body);
        }
        branch.requireRunning();
        String text = key == null ? null : KeyExpression.text(spec.name(), "withKey", key);
        return call(branch, spec, key(branch, spec, text), body, null);
    }

    private static StepKey key(Branch branch, StepSpec spec, @Nullable String key) {
        if (key == null) {
            return branch.nextKey(StepKey.Kind.STEP, spec.name(), spec.aliases());
        }
        String name = keyed(spec.name(), key);
        String problem = StepParser.nameProblem(name);
        if (problem != null) {
            throw new WorkflowException(
                    "The key of step \"%s\" cannot be used: with it, its name %s".formatted(spec.name(), problem));
        }
        return branch.nextSharedKey(
                name, spec.aliases().stream().map(alias -> keyed(alias, key)).toList());
    }

    private static String keyed(String name, String key) {
        return "%s [%s]".formatted(name, key);
    }

    /** @param call null if the step is a lambda */
    private @Nullable Object call(Branch branch, StepSpec spec, StepKey key, StepBody body, @Nullable StepCall call)
            throws Throwable {
        refuseForeignTransaction(spec);
        Checkpoint stored = branch.pass().history().checkpoints().get(key);
        if (spec.rollback() != null) {
            branch.pass().undo().declared();
        }
        if (branch.pass().undo().isFinding()) {
            undoing(branch, spec, key, stored, call);
        }
        return stored != null ? attempts.answer(branch, spec, stored) : attemptUntilDone(branch, spec, key, body);
    }

    /** Notes what undoes the step, if it was started; one that has no outcome is not attempted again. */
    private void undoing(
            Branch branch, StepSpec spec, StepKey key, @Nullable Checkpoint stored, @Nullable StepCall call) {
        Pass pass = branch.pass();
        pass.undo().asked(key);
        RollbackDeclaration rollback = spec.rollback();
        Retry stands = pass.history().retries().getOrDefault(key, Retry.NONE);
        boolean interrupted = stored == null && branch.takeInterrupted();
        if (interrupted) {
            recordInterrupted(branch, key, stands.made() + 1);
        }
        if (rollback != null && (stored != null || interrupted || stands.made() > 0)) {
            Object result = stored == null || stored.failure() != null ? null : attempts.answer(branch, spec, stored);
            Instant startedAt = stored != null
                    ? stored.startedAt()
                    : stands.made() > 0 ? stands.startedAt() : pass.clock().next();
            StepBody body = () -> {
                rollback.call().rollBack(call, result);
                return null;
            };
            pass.undo().add(new Undoing(key, startedAt, specs.rollback(pass.definition(), rollback), body));
        }
        if (stored == null) {
            throw new Suspension();
        }
    }

    /**
     * Undoes a step, in {@code run}'s own branch.
     *
     * @return false if that has failed for good
     */
    boolean undo(Pass pass, Undoing undoing) throws Throwable {
        Checkpoint stored = pass.history().checkpoints().get(undoing.key());
        if (stored != null) {
            return stored.failure() == null;
        }
        pass.root().requireRunning();
        try {
            attemptUntilDone(pass.root(), undoing.spec(), undoing.key(), undoing.body());
            return true;
        } catch (StepFailedException e) {
            log.warn(
                    "{} step={} could not be rolled back: {}: {}",
                    pass,
                    undoing.step(),
                    e.errorName(),
                    e.errorMessage());
            return false;
        }
    }

    /** A transaction that only reads is the body's alone; on this, it has nobody else to begin it. */
    private StepBody reading(StepSpec spec, StepBody body) {
        TransactionAttribute own = spec.transaction();
        return own == null || spec.commitsWithCheckpoint() ? body : () -> transactions.execute(own, body);
    }

    /** A step inside a step's body is part of that body; on this, its transaction has nobody else to begin it. */
    private @Nullable Object callWithin(Branch branch, StepSpec spec, boolean onThis, StepBody body) throws Throwable {
        log.debug("{} step={} is called inside another step's body, and part of it", branch, spec.name());
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

    private @Nullable Object attemptUntilDone(Branch branch, StepSpec spec, StepKey key, StepBody body)
            throws Throwable {
        PassClock clock = branch.pass().clock();
        Retry stands = branch.pass().history().retries().getOrDefault(key, Retry.NONE);
        int made = stands.made();
        if (stands.left().compareTo(Duration.ZERO) > 0) {
            awaitNext(branch, stands.left());
        } else if (branch.takeInterrupted()) {
            made++;
            recordInterrupted(branch, key, made);
        }
        while (true) {
            StepAttempt attempt = StepAttempt.begin(key, ++made, clock);
            try {
                return attempts.run(branch, spec, attempt, body, () -> abandon(branch, spec, attempt));
            } catch (AttemptFailedException e) {
                Checkpoint failed = fail(branch, spec, e);
                if (failed != null) {
                    return attempts.answer(branch, spec, failed);
                }
            }
        }
    }

    /** The instance was taken up for another reason than this step's next attempt. */
    private void awaitNext(Branch branch, Duration left) {
        Pass pass = branch.pass();
        if (branch.isRun()) {
            if (!patience.insist(() -> store.suspend(pass.claim(), Wake.after(left)))) {
                throw pass.lost();
            }
            throw pass.givenUp(left);
        }
        pass.park(branch, left, null);
    }

    private void recordInterrupted(Branch branch, StepKey key, int number) {
        Instant now = branch.pass().clock().next();
        FailedAttempt interrupted = new FailedAttempt(key, number, now, now, Failures.interrupted());
        log.info("{} step={} attempt={} was interrupted", branch, key, number);
        if (!patience.insist(() -> store.attemptFailed(branch.pass().claim(), interrupted))) {
            throw branch.pass().lost();
        }
    }

    /** The step's outcome if it has failed for good; null to attempt it again. */
    private @Nullable Checkpoint fail(Branch branch, StepSpec spec, AttemptFailedException e) {
        FailedAttempt attempt = e.attempt();
        if (spec.retryPolicy().isExhausted(attempt.number(), e.thrown())) {
            return failForGood(branch, attempt);
        }
        Pass pass = branch.pass();
        Duration wait;
        try {
            wait = spec.retryPolicy().waitAfter(attempt.number(), e.thrown(), ThreadLocalRandom.current());
        } catch (RuntimeException unknown) {
            unknown.addSuppressed(e.thrown());
            return failForGood(
                    branch,
                    new FailedAttempt(
                            attempt.key(),
                            attempt.number(),
                            attempt.startedAt(),
                            attempt.endedAt(),
                            Failures.of(unknown)));
        }
        logFailure(branch, attempt, "next in " + DurationText.shortly(wait));
        boolean stored = patience.insist(() -> wait.isZero()
                ? store.attemptFailed(pass.claim(), attempt)
                : store.retryLater(pass.claim(), attempt, wait, branch.isRun()));
        if (!stored) {
            throw pass.lost();
        }
        if (wait.isZero()) {
            branch.requireRunning();
        } else if (branch.isRun()) {
            throw pass.givenUp(wait);
        } else {
            pass.park(branch, wait, null);
        }
        return null;
    }

    private Checkpoint failForGood(Branch branch, FailedAttempt attempt) {
        Checkpoint failed = Checkpoint.failed(attempt);
        logFailure(branch, attempt, "no further one");
        Written written = patience.insist(() -> store.stepFailed(branch.pass().claim(), attempt, failed));
        return switch (written) {
            case STORED -> failed;
            case STALE -> throw branch.pass().lost();
            case EXISTS -> attempts.winner(branch, attempt.key());
        };
    }

    /**
     * A body that ignored its interruption is left behind with its thread; the instance goes on elsewhere. Runs on a
     * thread of its own.
     */
    private void abandon(Branch branch, StepSpec spec, StepAttempt attempt) {
        if (branch.isCancelled()) {
            return;
        }
        Pass pass = branch.pass();
        FailedAttempt timedOut = attempt.failed(Failures.timeout(spec.timeout()));
        log.warn(
                "{} step={} attempt={} ignores the interruption at its timeout: its thread is left behind, and what it "
                        + "still does no longer counts",
                branch,
                attempt.key(),
                attempt.number());
        Duration wait = Duration.ZERO;
        if (spec.retryPolicy().isExhausted(attempt.number(), new TimeoutException())) {
            patience.insist(() -> store.stepFailed(pass.claim(), timedOut, Checkpoint.failed(timedOut)));
            patience.insist(() -> store.release(pass.claim(), !branch.isRun()));
        } else {
            Duration delay =
                    spec.retryPolicy().waitAfter(attempt.number(), new TimeoutException(), ThreadLocalRandom.current());
            patience.insist(() -> store.retryLater(pass.claim(), timedOut, delay, branch.isRun()));
            wait = branch.isRun() ? delay : wait;
        }
        if (!branch.isRun()) {
            // the bodies of other branches are left behind with it
            patience.insist(() -> store.release(pass.claim(), true));
        }
        pass.loseAndInterrupt();
        pass.slot().free(wait);
    }

    private static void logFailure(Branch branch, FailedAttempt attempt, String next) {
        log.info(
                "{} step={} attempt={} failed, {}: {}: {}",
                branch,
                attempt.key(),
                attempt.number(),
                next,
                attempt.failure().name(),
                attempt.failure().message());
    }
}
