package dev.workflows;

import org.jspecify.annotations.Nullable;

/** What a step's body can learn of the attempt that it is. */
public abstract class StepContext {

    private static final ThreadLocal<@Nullable StepContext> CURRENT = new ThreadLocal<>();

    protected StepContext() {}

    /**
     * The attempt on this thread.
     *
     * @throws IllegalStateException if this thread is not inside a step's body
     */
    public static StepContext current() {
        StepContext context = CURRENT.get();
        if (context == null) {
            throw new IllegalStateException(
                    "No step runs on thread \"%s\": StepContext.current() answers inside a step's body, on its own thread"
                            .formatted(Thread.currentThread().getName()));
        }
        return context;
    }

    /** Makes a context that of this thread, or none; for the engine. */
    protected static void bind(@Nullable StepContext context) {
        if (context == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(context);
        }
    }

    public abstract String instanceId();

    public abstract String workflowName();

    public abstract String stepName();

    /** Counts the calls of steps of this name in the instance, from 1. */
    public abstract int occurrence();

    /**
     * Counts the attempts at this step, from 1. At the first attempt, the body has certainly not been entered before for
     * this step; at a later one it may have been, and may have had its effect.
     */
    public abstract int attempt();

    /** What applies to this step, wherever it was said: nothing of it is left to what is configured. */
    public abstract StepOptions options();

    /**
     * A key for the systems that the step calls, such as a payment API: the same for every attempt at this step of this
     * instance, different for any other step or instance. 36 characters, in the form of a UUID.
     */
    public abstract String idempotencyKey();
}
