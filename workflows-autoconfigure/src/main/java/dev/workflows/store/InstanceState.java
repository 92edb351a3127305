package dev.workflows.store;

import dev.workflows.Status;
import org.jspecify.annotations.Nullable;

/**
 * An instance as it is looked up.
 *
 * @param rollback null unless it has been rolled back, or is being
 * @param sensitive whether the output must not be shown
 */
public record InstanceState(
        Status status,
        @Nullable String output,
        @Nullable Failure failure,
        boolean sensitive,
        @Nullable RollbackState rollback) {}
