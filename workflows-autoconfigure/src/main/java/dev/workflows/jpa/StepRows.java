package dev.workflows.jpa;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.EventWait;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.History;
import dev.workflows.store.Retry;
import dev.workflows.store.StepKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an instance has done: the rows of its steps and of the attempts that made no checkpoint. */
final class StepRows {

    private static final int SAMPLED_INSTANCES = 1_000;
    private static final int SAMPLED_STEPS = 100_000;

    private final StepRepository steps;
    private final AttemptRepository attempts;
    private final Checkpoints checkpoints;

    StepRows(PersistenceUnit unit, Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
        this.steps = unit.repository(StepRepository.class);
        this.attempts = unit.repository(AttemptRepository.class);
    }

    History history(Claim claim) {
        Map<StepKey, Checkpoint> checkpoints = new HashMap<>();
        Map<StepKey, Duration> waits = new HashMap<>();
        Instant latest = Instant.EPOCH;
        for (StepEntity step : steps.findAll(claim.key(), claim.generation())) {
            Duration left = step.left();
            if (!step.isOpen()) {
                checkpoints.put(step.key(), step.checkpoint());
            } else if (left != null) {
                waits.put(step.key(), left);
            }
            latest = later(latest, step.latest());
        }
        Map<StepKey, Retry> retries = new HashMap<>();
        for (AttemptEntity attempt : attempts.findAll(claim.key(), claim.generation())) {
            Retry retry = new Retry(attempt.id().attempt(), attempt.left(), attempt.startedAt());
            retries.merge(attempt.id().key(), retry, Retry::and);
            latest = later(latest, attempt.endedAt());
        }
        return new History(checkpoints, retries, waits, latest);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Whether there is anything under the key, with an outcome or not. */
    boolean exist(Claim claim, StepKey key) {
        return steps.findById(StepId.of(claim, key)).isPresent();
    }

    List<Checkpoint> failedRollbacks(long instance, int generation) {
        return steps.findFailedRollbacks(instance, generation).stream()
                .map(StepEntity::checkpoint)
                .toList();
    }

    /** Workflows and names. */
    List<Object[]> sampleDeclared(Collection<String> workflows) {
        return steps.sampleDeclared(workflows, SAMPLED_INSTANCES, SAMPLED_STEPS);
    }

    Optional<Checkpoint> find(Claim claim, StepKey key) {
        return steps.findById(StepId.of(claim, key))
                .filter(step -> !step.isOpen())
                .map(StepEntity::checkpoint);
    }

    /** 0 if the claim is stale, as the other inserts. */
    int insert(Claim claim, Checkpoint checkpoint) {
        StepKey key = checkpoint.key();
        Failure failure = checkpoint.failure();
        if (failure != null) {
            return steps.fail(
                    claim.key(),
                    claim.epoch(),
                    key.kind().word(),
                    key.scope(),
                    key.name(),
                    key.occurrence(),
                    failure.name(),
                    failure.message(),
                    failure.stack(),
                    checkpoint.declared(),
                    checkpoint.attempts(),
                    checkpoint.startedAt(),
                    checkpoint.endedAt());
        }
        if (checkpoint.output() == null) {
            throw new IllegalArgumentException("A checkpoint has an output or a failure: " + checkpoint);
        }
        return checkpoints.insert(new Checkpoints.Row(claim, checkpoint));
    }

    int insert(Claim claim, FailedAttempt attempt) {
        StepKey key = attempt.key();
        Failure failure = attempt.failure();
        return attempts.insert(
                claim.key(),
                claim.epoch(),
                key.kind().word(),
                key.scope(),
                key.name(),
                key.occurrence(),
                attempt.number(),
                failure.name(),
                failure.message(),
                failure.stack(),
                attempt.startedAt(),
                attempt.endedAt());
    }

    /** A wait for an event. */
    void begin(Claim claim, StepKey key, EventWait wait) {
        steps.begin(
                claim.key(),
                claim.epoch(),
                key.kind().word(),
                key.scope(),
                key.name(),
                key.occurrence(),
                wait.startedAt(),
                Seconds.of(wait.timeout()),
                wait.type());
    }

    void nextAttemptIn(Claim claim, FailedAttempt failed, double seconds) {
        StepKey key = failed.key();
        attempts.nextIn(
                claim.key(),
                claim.generation(),
                key.kind().word(),
                key.scope(),
                key.name(),
                key.occurrence(),
                failed.number(),
                seconds);
    }

    void delete(Collection<Long> instances) {
        attempts.delete(instances);
        steps.delete(instances);
    }
}
