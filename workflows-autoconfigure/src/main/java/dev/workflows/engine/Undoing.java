package dev.workflows.engine;

import dev.workflows.store.StepKey;
import java.time.Instant;

/**
 * A step that was started, and what undoes it.
 *
 * @param startedAt when its first attempt began
 */
record Undoing(StepKey step, Instant startedAt, StepSpec spec, StepBody body) {

    /** What its attempts and its outcome are stored under. */
    StepKey key() {
        return new StepKey(StepKey.Kind.ROLLBACK, step.scope(), step.name(), step.occurrence());
    }
}
