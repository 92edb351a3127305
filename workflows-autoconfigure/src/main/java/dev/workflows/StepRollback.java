package dev.workflows;

import org.jspecify.annotations.Nullable;

/** Undoes what a step has done. */
@FunctionalInterface
public interface StepRollback<T> {

    /** @param result what the step returned; null if it failed, or returned null */
    void rollBack(@Nullable T result) throws Exception;
}
