package dev.workflows.engine;

import dev.workflows.PayloadException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** Makes one attempt: enters the body under its timeout, and stores what it returned. */
final class AttemptRunner {

    /** What the body made, as {@code run} sees it and as it is stored. */
    private record Made(@Nullable Object value, Checkpoint checkpoint) {}

    /** Enters the body. */
    private interface Making {

        Made make() throws AttemptFailedException;
    }

    private final Payloads payloads;
    private final StepTransactions transactions;
    private final Watchdog watchdog;
    private final WorkflowStore store;
    private final Patience patience;

    AttemptRunner(
            Payloads payloads,
            StepTransactions transactions,
            Watchdog watchdog,
            WorkflowStore store,
            Patience patience) {
        this.payloads = payloads;
        this.transactions = transactions;
        this.watchdog = watchdog;
        this.store = store;
        this.patience = patience;
    }

    /**
     * @param abandoned what to do, on another thread, if the body neither ends in time nor listens
     * @return what {@code run} sees
     * @throws AttemptFailedException if there is no checkpoint; nothing is stored about it yet
     */
    @Nullable
    Object run(Branch branch, StepSpec spec, StepAttempt attempt, StepBody body, Runnable abandoned)
            throws AttemptFailedException {
        try {
            return runUntilDone(branch, spec, attempt, body, abandoned);
        } catch (Suspension e) {
            if (branch.isCutOff()) {
                // it was started: that is what a rollback needs to know
                FailedAttempt interrupted = attempt.failed(Failures.interrupted());
                patience.insist(() -> store.attemptFailed(branch.pass().claim(), interrupted));
            }
            throw e;
        }
    }

    private @Nullable Object runUntilDone(
            Branch branch, StepSpec spec, StepAttempt attempt, StepBody body, Runnable abandoned)
            throws AttemptFailedException {
        TransactionAttribute transaction = spec.transaction();
        return transaction == null || !spec.commitsWithCheckpoint()
                ? runPlain(branch, spec, attempt, body, abandoned)
                : runInTransaction(
                        transaction, branch, spec, attempt, () -> make(branch, spec, attempt, body, abandoned));
    }

    /** What {@code run} sees of a stored outcome. */
    @Nullable
    Object answer(Branch branch, StepSpec spec, Checkpoint stored) {
        if (stored.failure() != null) {
            throw Failures.thrownBy(stored, stored.failure());
        }
        if (stored.output() == null) {
            throw new PayloadException(
                    "The checkpoint of step \"%s\" holds neither a result nor a failure".formatted(stored.key()));
        }
        return payloads.read(
                stored.output(),
                PayloadSpec.result(spec, stored.key(), branch.pass().claim()).sensitiveIf(stored.sensitive()));
    }

    /** The outcome that another writer stored first. */
    Checkpoint winner(Branch branch, StepKey key) {
        return patience.insist(() -> store.checkpoint(branch.pass().claim(), key))
                .orElseThrow(() -> branch.pass().lost());
    }

    private @Nullable Object runPlain(
            Branch branch, StepSpec spec, StepAttempt attempt, StepBody body, Runnable abandoned)
            throws AttemptFailedException {
        Made made = make(branch, spec, attempt, body, abandoned);
        Written written;
        try {
            written = patience.insist(() -> store.append(branch.pass().claim(), made.checkpoint()));
        } catch (DataAccessException e) {
            PayloadSpec result =
                    PayloadSpec.result(spec, attempt.key(), branch.pass().claim());
            throw unstorable(attempt, new PayloadException("The database refuses " + result.what(), e));
        }
        return outcome(branch, spec, made, written);
    }

    private @Nullable Object runInTransaction(
            TransactionAttribute transaction, Branch branch, StepSpec spec, StepAttempt attempt, Making making)
            throws AttemptFailedException {
        boolean[] appended = {false};
        try {
            return begin(transaction, branch).execute(() -> {
                transactions.requireShared(spec.name());
                Made made = making.make();
                Written written = store.append(branch.pass().claim(), made.checkpoint());
                if (written != Written.STORED) {
                    throw new NotStoredException(written);
                }
                appended[0] = true;
                return made.value();
            });
        } catch (AttemptFailedException | Suspension e) {
            throw e;
        } catch (NotStoredException e) {
            if (e.written() == Written.STALE) {
                throw branch.pass().lost();
            }
            return answer(branch, spec, winner(branch, attempt.key()));
        } catch (Throwable thrown) {
            // a commit that failed may have happened all the same
            Optional<Checkpoint> stored = appended[0]
                    ? patience.insist(() -> store.checkpoint(branch.pass().claim(), attempt.key()))
                    : Optional.empty();
            if (stored.isPresent()) {
                return answer(branch, spec, stored.get());
            }
            throw failed(attempt, thrown);
        }
    }

    /**
     * Waits for the database, which is no attempt yet. That may take longer than the lease: then the body is not entered
     * before it is certain that no other node has completed the step in the meantime.
     */
    private StepTransactions.Begun begin(TransactionAttribute transaction, Branch branch) {
        while (true) {
            StepTransactions.Begun begun = patience.insist(() -> transactions.begin(transaction));
            if (branch.pass().mayEnter(branch)) {
                return begun;
            }
            // whoever makes it certain may need the connection
            begun.rollBack();
            branch.requireRunning();
        }
    }

    private @Nullable Object outcome(Branch branch, StepSpec spec, Made made, Written written) {
        return switch (written) {
            case STORED -> made.value();
            case STALE -> throw branch.pass().lost();
            case EXISTS -> answer(branch, spec, winner(branch, made.checkpoint().key()));
        };
    }

    private Made make(Branch branch, StepSpec spec, StepAttempt attempt, StepBody body, Runnable abandoned)
            throws AttemptFailedException {
        Object value = enter(branch, spec, attempt, body, abandoned);
        try {
            PayloadSpec result =
                    PayloadSpec.result(spec, attempt.key(), branch.pass().claim());
            String stored = payloads.writeResult(value, result);
            Object seen = payloads.readBack(value, stored, result);
            return new Made(
                    seen,
                    attempt.completed(stored).withSensitive(spec.sensitive()).withDeclared(spec.declared()));
        } catch (PayloadException e) {
            throw unstorable(attempt, e);
        }
    }

    private @Nullable Object enter(Branch branch, StepSpec spec, StepAttempt attempt, StepBody body, Runnable abandoned)
            throws AttemptFailedException {
        Attempt running = new Attempt();
        Object value = null;
        Throwable thrown = null;
        Future<?> timer = watchdog.watch(running, spec.timeout(), abandoned);
        branch.attempting(running);
        new AttemptContext(branch.pass().claim(), attempt.key(), attempt.number(), spec).bind();
        try {
            value = body.call();
        } catch (Throwable t) {
            thrown = t;
        }
        Attempt.Fate fate = running.end();
        AttemptContext.unbind();
        branch.attempting(null);
        timer.cancel(false);
        return judge(branch, spec, attempt, fate, value, thrown);
    }

    private static @Nullable Object judge(
            Branch branch,
            StepSpec spec,
            StepAttempt attempt,
            Attempt.Fate fate,
            @Nullable Object value,
            @Nullable Throwable thrown)
            throws AttemptFailedException {
        switch (fate) {
            case ABANDONED -> throw branch.pass().lost();
            case TIMED_OUT -> throw timedOut(attempt, spec.timeout());
            case STOPPED -> {
                if (thrown != null || branch.pass().isOverdue()) {
                    throw branch.cutOff();
                }
                return value;
            }
            case UNDISTURBED -> {
                if (thrown != null) {
                    throw failed(attempt, thrown);
                }
                return value;
            }
        }
        throw new IllegalStateException("Unknown fate " + fate);
    }

    private static AttemptFailedException timedOut(StepAttempt attempt, Duration timeout) {
        return new AttemptFailedException(attempt.failed(Failures.timeout(timeout)), new TimeoutException());
    }

    private static AttemptFailedException failed(StepAttempt attempt, Throwable thrown) {
        Throwable cause = Failures.unwrap(thrown);
        return new AttemptFailedException(attempt.failed(Failures.of(cause)), cause);
    }

    private static AttemptFailedException unstorable(StepAttempt attempt, PayloadException e) {
        return failed(attempt, new UnstorableResultException(e));
    }
}
