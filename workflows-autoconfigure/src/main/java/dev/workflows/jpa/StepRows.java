package dev.workflows.jpa;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.History;
import dev.workflows.store.StepKey;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What an instance has done: the rows of its steps and of the attempts that made no checkpoint. */
final class StepRows {

    private final StepRepository steps;
    private final AttemptRepository attempts;

    StepRows(PersistenceUnit unit) {
        this.steps = unit.repository(StepRepository.class);
        this.attempts = unit.repository(AttemptRepository.class);
    }

    History history(Claim claim) {
        Map<StepKey, Checkpoint> checkpoints = new HashMap<>();
        Map<StepKey, Duration> sleeps = new HashMap<>();
        for (StepEntity step : steps.findAll(claim.key())) {
            Duration left = step.left();
            if (left == null) {
                checkpoints.put(step.key(), step.checkpoint());
            } else {
                sleeps.put(step.key(), left);
            }
        }
        Map<StepKey, Integer> made = new HashMap<>();
        for (AttemptEntity.Id attempt : attempts.findIds(claim.key())) {
            made.merge(
                    new StepKey(StepKey.Kind.STEP, attempt.name(), attempt.occurrence()), attempt.attempt(), Math::max);
        }
        return new History(checkpoints, made, sleeps);
    }

    Optional<Checkpoint> find(Claim claim, StepKey key) {
        return steps.findById(StepId.of(claim.key(), key)).map(StepEntity::checkpoint);
    }

    /** 0 if the claim is stale, as the other inserts. */
    int insert(Claim claim, Checkpoint checkpoint) {
        StepKey key = checkpoint.key();
        Failure failure = checkpoint.failure();
        if (failure != null) {
            return steps.fail(
                    claim.key(),
                    claim.epoch(),
                    key.name(),
                    key.occurrence(),
                    failure.name(),
                    failure.message(),
                    failure.stack(),
                    checkpoint.attempts(),
                    checkpoint.startedAt(),
                    checkpoint.endedAt());
        }
        if (checkpoint.output() == null) {
            throw new IllegalArgumentException("A checkpoint has an output or a failure: " + checkpoint);
        }
        return steps.complete(
                claim.key(),
                claim.epoch(),
                key.name(),
                key.occurrence(),
                checkpoint.output(),
                checkpoint.sensitive(),
                checkpoint.attempts(),
                checkpoint.startedAt(),
                checkpoint.endedAt());
    }

    int insert(Claim claim, FailedAttempt attempt) {
        StepKey key = attempt.key();
        Failure failure = attempt.failure();
        return attempts.insert(
                claim.key(),
                claim.epoch(),
                key.name(),
                key.occurrence(),
                attempt.number(),
                failure.name(),
                failure.message(),
                failure.stack(),
                attempt.startedAt(),
                attempt.endedAt());
    }

    int insertSleep(Claim claim, StepKey key, double seconds) {
        return steps.sleep(claim.key(), claim.epoch(), key.name(), key.occurrence(), seconds);
    }

    void nextAttemptIn(Claim claim, FailedAttempt failed, double seconds) {
        StepKey key = failed.key();
        attempts.nextIn(claim.key(), key.name(), key.occurrence(), failed.number(), seconds);
    }

    void delete(Collection<Long> instances) {
        attempts.delete(instances);
        steps.delete(instances);
    }
}
