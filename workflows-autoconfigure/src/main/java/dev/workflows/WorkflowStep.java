package dev.workflows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * What only the engine can do inside {@code run}. A wait is stored and leaves the thread: the instance goes on when the
 * time has come, on whatever thread, after whatever restarts.
 */
public interface WorkflowStep {

    /**
     * The {@linkplain Workflow#version() version} of the workflow that created this instance, the same at every replay;
     * empty if it had none. So {@code run} can keep to the path that an instance began with.
     */
    String version();

    /**
     * Whether the instance comes to this place for the first time since the code was changed here: true, and stored, so
     * that it stays true; false for an instance that had gone past this place before. It lets a change of {@code run} leave
     * running instances on the path that they began with:
     *
     * <pre>{@code
     * if (step.patched("check for fraud")) {
     *     checkForFraud(order);
     * }
     * }</pre>
     *
     * <p>An instance has gone past if something is stored of it that this pass has not come to yet: a step, a retry, or a
     * wait, in this branch or after the branches that it is one of. What is stored of the other branches makes no
     * difference; nor, in a branch, does a step that has a {@linkplain Step#key() key}. Once no instance is left from before, the condition can be removed from the code: what is stored of it
     * is then no longer looked at.
     *
     * <p>Costs a checkpoint where it is true, and nothing where it is false.
     *
     * @param name the change's name, as for {@link #sleep}; each occurrence of it, in a loop, is answered on its own
     */
    boolean patched(String name);

    /**
     * Waits. Zero or less returns at once.
     *
     * @param name the wait's name, 1 to 256 characters, no control characters, no half of a surrogate pair
     * @param duration at most 365 days
     * @throws IllegalArgumentException if the name or the duration is out of bounds
     */
    void sleep(String name, Duration duration);

    /**
     * Waits, for a duration written as in {@link Step}: {@code step.sleep("cool down", "2.5 minutes")}.
     *
     * @throws IllegalArgumentException if the name is out of bounds, or the duration is or cannot be read
     */
    void sleep(String name, String duration);

    /**
     * Waits until a time.
     *
     * @throws IllegalArgumentException if the time is more than 365 days away, or past when the wait is first reached
     */
    void sleepUntil(String name, Instant time);

    /**
     * Waits for an event that is sent to this instance. Events are kept until a wait of their type takes them: one that
     * was sent before this call counts, each is taken by one wait, and the first that was sent is the first taken.
     *
     * @param name the wait's name, as for {@link #sleep}
     * @throws WaitTimeoutException if none came in time; one that comes later is for the next wait of its type
     * @throws PayloadException if the event's payload cannot be read as the type that the options name
     */
    <T extends @Nullable Object> ReceivedEvent<T> waitForEvent(String name, WaitOptions<T> options);

    /**
     * Runs code as a step: the lambda form of a {@link Step} method, whose rules apply. It fails as one does, with a
     * {@link StepFailedException}.
     *
     * @param name the step's name, as for {@link #sleep}
     * @param type of the result, as which it is read back
     * @throws IllegalArgumentException if the name is out of bounds, or a result of that type cannot be stored
     */
    default <T extends @Nullable Object> T call(String name, Class<T> type, StepCallable<T> body) {
        return call(name, type, StepOptions.defaults(), body);
    }

    /** The same as {@link #call(String, Class, StepCallable)}, with options. */
    <T extends @Nullable Object> T call(String name, Class<T> type, StepOptions options, StepCallable<T> body);

    /** The same as {@link #call(String, Class, StepCallable)}, for a result such as {@code List<Item>}. */
    default <T extends @Nullable Object> T call(String name, ParameterizedTypeReference<T> type, StepCallable<T> body) {
        return call(name, type, StepOptions.defaults(), body);
    }

    /** The same as {@link #call(String, ParameterizedTypeReference, StepCallable)}, with options. */
    <T extends @Nullable Object> T call(
            String name, ParameterizedTypeReference<T> type, StepOptions options, StepCallable<T> body);

    /** The same as {@link #call(String, Class, StepCallable)}, without a result. */
    default void call(String name, StepRunnable body) {
        call(name, StepOptions.defaults(), body);
    }

    /** The same as {@link #call(String, StepRunnable)}, with options. */
    void call(String name, StepOptions options, StepRunnable body);

    /** The time when this call was first reached: the same at every replay. Costs a checkpoint. */
    Instant now();

    /** A random UUID: the same at every replay. Costs a checkpoint. */
    UUID randomUUID();

    /** A random number from 0 to below 1: the same at every replay. Costs a checkpoint. */
    double random();

    /**
     * Creates an instance as a child of this one, of this workflow or another. The child and its start are stored together,
     * so that a replay finds the child and starts no other one. It runs on its own, on whatever node, whether it is
     * {@linkplain #await awaited} or not.
     *
     * <p>Terminated or restarted, this instance takes its unfinished children with it: they are terminated, and so are
     * theirs. A child that outlives this instance's return or failure goes on.
     *
     * @param options the child's id is random if they have none
     * @throws InstanceAlreadyExistsException if that workflow has an instance of that id; it is stored, and thrown at every
     *     replay
     * @throws PayloadException if the params cannot be written, read back, or are too large
     */
    <P, R> ChildInstance<R> start(WorkflowBinding<P, R> binding, CreateOptions<P> options);

    /** The same as {@code start(binding, CreateOptions.of(params))}. */
    default <P, R> ChildInstance<R> start(WorkflowBinding<P, R> binding, @Nullable P params) {
        return start(binding, CreateOptions.of(params));
    }

    /** The same as {@link #start(WorkflowBinding, CreateOptions)}, but the child goes on when this instance is terminated. */
    <P, R> ChildInstance<R> startDetached(WorkflowBinding<P, R> binding, CreateOptions<P> options);

    /** The same as {@code startDetached(binding, CreateOptions.of(params))}. */
    default <P, R> ChildInstance<R> startDetached(WorkflowBinding<P, R> binding, @Nullable P params) {
        return startDetached(binding, CreateOptions.of(params));
    }

    /**
     * Waits for the end of a child, without a thread, however long it takes. How it ended is stored with this instance: a
     * replay finds it when the child is no longer kept.
     *
     * @return its output; the real one, also if it is sensitive
     * @throws ChildFailedException if it ended in any other way than complete
     * @throws PayloadException if its output cannot be read
     * @throws WorkflowException if this instance has no such child, or its retention passed before it was awaited
     */
    <R> @Nullable R await(ChildInstance<R> child);

    /**
     * Runs branches concurrently, each on a thread of its own: in each, steps are called and waits are made as in
     * {@code run} itself, while the others work. The keys of their steps do not depend on timing.
     *
     * <p>All run to their end, also if one fails. A branch that waits while others work keeps its thread; once none
     * works, the instance leaves all its threads.
     *
     * @param branches at most 1,000
     * @return the results, in the order of the branches
     * @throws Exception what the first of them that failed has thrown, first as they are given here
     */
    <T extends @Nullable Object> List<T> all(List<StepCallable<T>> branches) throws Exception;

    /** The same as {@link #all(List)}. */
    default <T extends @Nullable Object> List<T> all(StepCallable<T> first, StepCallable<T> second) throws Exception {
        return all(List.of(first, second));
    }

    /** The same as {@link #all(List)}. */
    default <T extends @Nullable Object> List<T> all(
            StepCallable<T> first, StepCallable<T> second, StepCallable<T> third) throws Exception {
        return all(List.of(first, second, third));
    }

    /**
     * Runs branches concurrently, as {@link #all(List)} does, until the first has returned or thrown. Which one that was
     * is stored: it is the winner at every replay. The others are interrupted and not waited for; what they have completed
     * stays done.
     *
     * @param name the race's name, as for {@link #sleep}
     * @param branches 1 to 1,000
     * @return the result of the winner
     * @throws Exception what the winner has thrown
     */
    <T extends @Nullable Object> T race(String name, List<StepCallable<T>> branches) throws Exception;

    /** The same as {@link #race(String, List)}. */
    default <T extends @Nullable Object> T race(String name, StepCallable<T> first, StepCallable<T> second)
            throws Exception {
        return race(name, List.of(first, second));
    }

    /** The same as {@link #race(String, List)}. */
    default <T extends @Nullable Object> T race(
            String name, StepCallable<T> first, StepCallable<T> second, StepCallable<T> third) throws Exception {
        return race(name, List.of(first, second, third));
    }
}
