package dev.workflows.store;

import dev.workflows.Rollback;
import java.util.List;

/**
 * How far an instance has been rolled back.
 *
 * @param failed the rollbacks that failed for good, latest step first
 */
public record RollbackState(Rollback.Outcome outcome, List<Checkpoint> failed) {}
