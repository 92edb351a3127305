package dev.workflows;

import org.jspecify.annotations.Nullable;

/** Code with a result: the body of a step, or a branch. */
@FunctionalInterface
public interface StepCallable<T extends @Nullable Object> {

    T call() throws Exception;
}
