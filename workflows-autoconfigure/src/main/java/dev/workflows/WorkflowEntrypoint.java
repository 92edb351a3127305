package dev.workflows;

import org.jspecify.annotations.Nullable;

/**
 * A workflow: code that calls steps.
 *
 * <p>{@code run} is entered again, from its beginning, whenever an instance goes on after a wait, a crash or a deploy;
 * steps that have completed answer from what they stored. So what it does between its steps must be deterministic and
 * free of effects: clocks, random numbers, reads and writes belong into steps.
 *
 * @param <P> the type of the params, written to and read from JSON
 * @param <R> the type of the output, written to and read from JSON
 */
@FunctionalInterface
public interface WorkflowEntrypoint<P extends @Nullable Object, R> {

    /**
     * Runs an instance. An exception that leaves this method ends the instance as {@link Status#ERRORED}.
     *
     * <p>A wait leaves the thread by throwing an {@link Error} of the engine through this method: {@code finally} blocks
     * see every pass, and a {@code catch (Throwable)} must rethrow what it does not know.
     *
     * @param event what the instance was created with
     * @param step what only the engine can do: sleeping
     */
    @Nullable
    R run(WorkflowEvent<P> event, WorkflowStep step) throws Exception;
}
