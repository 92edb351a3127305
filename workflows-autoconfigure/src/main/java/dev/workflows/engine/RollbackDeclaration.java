package dev.workflows.engine;

import dev.workflows.StepOptions;
import dev.workflows.StepRollback;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What undoes a step.
 *
 * @param step how it is attempted, under the name of the step that it undoes
 */
record RollbackDeclaration(StepDeclaration step, RollbackCall call) {

    /** Calls it. */
    @FunctionalInterface
    interface RollbackCall {

        /**
         * @param call the step's call; null if the step is a lambda
         * @param result what the step returned, null if it failed
         */
        void rollBack(@Nullable StepCall call, @Nullable Object result) throws Throwable;
    }

    @SuppressWarnings("unchecked") // the result is of the type that the step was called with
    static @Nullable RollbackDeclaration lambda(String name, StepOptions options) {
        StepRollback<Object> rollback = (StepRollback<Object>) options.rollback();
        StepOptions own = Objects.requireNonNullElse(options.rollbackOptions(), StepOptions.defaults());
        return rollback == null
                ? null
                : new RollbackDeclaration(
                        StepDeclaration.lambda(name, void.class, own), (call, result) -> rollback.rollBack(result));
    }
}
