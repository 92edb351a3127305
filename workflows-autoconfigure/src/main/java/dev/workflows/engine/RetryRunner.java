package dev.workflows.engine;

import dev.workflows.DurationText;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Retry;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes attempts at a step until it has an outcome, and waits between them. */
final class RetryRunner {

    private static final Logger log = LoggerFactory.getLogger(RetryRunner.class);

    /**
     * What follows a failed attempt.
     *
     * @param next how long to wait for the next one; null if the step has failed for good
     */
    private record Verdict(
            StepSpec spec, FailedAttempt attempt, @Nullable Duration next) {

        static Verdict on(StepSpec spec, FailedAttempt attempt, Throwable thrown) {
            RetryPolicy policy = spec.retryPolicy();
            if (policy.isExhausted(attempt.number(), thrown)) {
                return new Verdict(spec, attempt, null);
            }
            try {
                return new Verdict(
                        spec, attempt, policy.waitAfter(attempt.number(), thrown, ThreadLocalRandom.current()));
            } catch (RuntimeException | Error unknown) {
                unknown.addSuppressed(thrown);
                return new Verdict(spec, attempt.with(Failures.of(unknown)), null);
            }
        }

        Checkpoint outcome() {
            return Checkpoint.failed(attempt).withDeclared(spec.declared());
        }
    }

    private final AttemptRunner attempts;
    private final Waits waits;
    private final WorkflowStore store;
    private final Patience patience;

    RetryRunner(AttemptRunner attempts, Waits waits, WorkflowStore store, Patience patience) {
        this.attempts = attempts;
        this.waits = waits;
        this.store = store;
        this.patience = patience;
    }

    /** What {@code run} sees of the step, which has no outcome yet. */
    @Nullable
    Object untilDone(Branch branch, StepSpec spec, StepKey key, StepBody body) {
        PassClock clock = branch.pass().clock();
        Retry stands = branch.pass().history().retries().getOrDefault(key, Retry.NONE);
        int made = stands.made();
        if (stands.left().compareTo(Duration.ZERO) > 0) {
            waits.stay(branch, stands.left());
        } else if (branch.takeInterrupted()) {
            made++;
            recordInterrupted(branch, key, made);
        }
        while (true) {
            StepAttempt attempt = StepAttempt.begin(key, ++made, clock);
            try {
                return attempts.run(branch, spec, attempt, body, () -> abandon(branch, spec, attempt));
            } catch (AttemptFailedException e) {
                Checkpoint failed = fail(branch, Verdict.on(spec, e.attempt(), e.thrown()));
                if (failed != null) {
                    return attempts.answer(branch, spec, failed);
                }
            }
        }
    }

    /** The claim before this one was cut off inside this attempt. */
    void recordInterrupted(Branch branch, StepKey key, int number) {
        Instant now = branch.pass().clock().next();
        FailedAttempt interrupted = new FailedAttempt(key, number, now, now, Failures.interrupted());
        log.info("{} step={} attempt={} was interrupted", branch, key, number);
        if (!patience.insist(() -> store.attemptFailed(branch.pass().claim(), interrupted))) {
            throw branch.pass().lost();
        }
    }

    /** The step's outcome if it has failed for good; null to attempt it again. */
    private @Nullable Checkpoint fail(Branch branch, Verdict verdict) {
        log(branch, verdict);
        Pass pass = branch.pass();
        FailedAttempt attempt = verdict.attempt();
        Duration next = verdict.next();
        if (next == null) {
            Checkpoint failed = verdict.outcome();
            Written written = patience.insist(() -> store.stepFailed(pass.claim(), attempt, failed));
            return switch (written) {
                case STORED -> failed;
                case STALE -> throw pass.lost();
                case EXISTS -> attempts.winner(branch, attempt.key());
            };
        }
        if (next.isZero()) {
            if (!patience.insist(() -> store.attemptFailed(pass.claim(), attempt))) {
                throw pass.lost();
            }
            branch.requireRunning();
            return null;
        }
        if (!patience.insist(() -> store.retryLater(pass.claim(), attempt, next, branch.isRun()))) {
            throw pass.lost();
        }
        waits.begun(branch, next, null);
        return null;
    }

    /**
     * A body that ignored its interruption is left behind with its thread, and those of other branches with it; the
     * instance goes on elsewhere. Runs on a thread of its own.
     */
    private void abandon(Branch branch, StepSpec spec, StepAttempt attempt) {
        if (branch.isCancelled()) {
            return;
        }
        log.warn(
                "{} step={} attempt={} ignores the interruption at its timeout: its thread is left behind, and what it "
                        + "still does no longer counts",
                branch,
                attempt.key(),
                attempt.number());
        Pass pass = branch.pass();
        Verdict verdict = Verdict.on(spec, attempt.failed(Failures.timeout(spec.timeout())), new TimeoutException());
        log(branch, verdict);
        FailedAttempt timedOut = verdict.attempt();
        Duration next = verdict.next();
        if (next == null) {
            patience.insist(() -> store.stepFailed(pass.claim(), timedOut, verdict.outcome()));
        } else {
            patience.insist(() -> store.retryLater(pass.claim(), timedOut, next, branch.isRun()));
        }
        boolean givenUp = next != null && branch.isRun();
        if (!givenUp) {
            patience.insist(() -> store.release(pass.claim(), !branch.isRun()));
        }
        pass.loseAndInterrupt();
        pass.slot().free(givenUp ? next : Duration.ZERO);
    }

    private static void log(Branch branch, Verdict verdict) {
        FailedAttempt attempt = verdict.attempt();
        Duration next = verdict.next();
        log.info(
                "{} step={} attempt={} failed, {}: {}: {}",
                branch,
                attempt.key(),
                attempt.number(),
                next == null ? "no further one" : "next in " + DurationText.shortly(next),
                attempt.failure().name(),
                attempt.failure().message());
    }
}
