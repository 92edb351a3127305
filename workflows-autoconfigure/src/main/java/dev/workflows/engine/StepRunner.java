package dev.workflows.engine;

import dev.workflows.StepFailedException;
import dev.workflows.WorkflowException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Retry;
import dev.workflows.store.StepKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Answers a step's call from its checkpoint, or has it attempted until there is one. */
final class StepRunner {

    private static final Logger log = LoggerFactory.getLogger(StepRunner.class);

    private final StepSpecs specs;
    private final AttemptRunner attempts;
    private final RetryRunner retries;
    private final StepTransactions transactions;
    private final SaidOnce<String> within = new SaidOnce<>(1_000);

    StepRunner(StepSpecs specs, AttemptRunner attempts, RetryRunner retries, StepTransactions transactions) {
        this.specs = specs;
        this.attempts = attempts;
        this.retries = retries;
        this.transactions = transactions;
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
        return stored != null ? attempts.answer(branch, spec, stored) : retries.untilDone(branch, spec, key, body);
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
            retries.recordInterrupted(branch, key, stands.made() + 1);
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
            retries.untilDone(pass.root(), undoing.spec(), undoing.key(), undoing.body());
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
        if (within.isNew(spec.name())) {
            log.warn(
                    "{} step={} is called inside another step's body: it is part of that step, and has no checkpoint and no "
                            + "retries of its own. This is said once",
                    branch,
                    spec.name());
        }
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
}
