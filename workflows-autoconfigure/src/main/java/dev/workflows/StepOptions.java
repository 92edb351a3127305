package dev.workflows;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What applies to a step that is given as a lambda. What is not said here applies as configured in
 * {@code application.yml} for the workflow or for all; the attributes of {@link Step} say what each means.
 *
 * @param retries 0 or more; null as configured
 * @param delay null as configured
 * @param backoff {@link Backoff#AS_CONFIGURED} as configured
 * @param maxDelay null as configured
 * @param jitter from 0 to 1; null as configured
 * @param timeout longer than 0; null as configured
 * @param delayFunction says each wait instead of delay, backoff, maxDelay and jitter; null for none
 * @param noRetryFor exceptions after which the step fails at once
 * @param sensitive whether the result must not be shown
 * @param rollback undoes what the step has done; null for nothing
 * @param rollbackOptions what applies to the rollback; null as configured
 * @param key what tells this call from others with the same name; null for its occurrence
 */
public record StepOptions(
        @Nullable Integer retries,
        @Nullable Duration delay,
        Backoff backoff,
        @Nullable Duration maxDelay,
        @Nullable Double jitter,
        @Nullable Duration timeout,
        @Nullable StepDelay delayFunction,
        List<Class<? extends Throwable>> noRetryFor,
        boolean sensitive,
        @Nullable Object key,
        @Nullable StepRollback<?> rollback,
        @Nullable StepOptions rollbackOptions) {

    private static final StepOptions DEFAULTS = new StepOptions(
            null, null, Backoff.AS_CONFIGURED, null, null, null, null, List.of(), false, null, null, null);

    /** @throws IllegalArgumentException if a value is out of bounds */
    public StepOptions {
        require(retries == null || retries >= 0, "retries must be 0 or more, not " + retries);
        require(jitter == null || jitter >= 0 && jitter <= 1, "jitter must be between 0 and 1, not " + jitter);
        require(timeout == null || timeout.compareTo(Duration.ZERO) > 0, "timeout must be longer than 0");
        require(delay == null || !delay.isNegative(), "delay must not be negative");
        require(maxDelay == null || !maxDelay.isNegative(), "maxDelay must not be negative");
        noRetryFor = List.copyOf(noRetryFor);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** All as configured. */
    public static StepOptions defaults() {
        return DEFAULTS;
    }

    /** How many times a failed attempt is repeated. */
    public StepOptions withRetries(int retries) {
        return with(draft -> draft.retries = retries);
    }

    /** How long to wait before the first retry. */
    public StepOptions withDelay(Duration delay) {
        return with(draft -> {
            draft.delay = delay;
            draft.delayFunction = null;
        });
    }

    /** @param delay written as in {@link Step}: {@code "10 seconds"} */
    public StepOptions withDelay(String delay) {
        return withDelay(DurationText.valueOf(delay).value());
    }

    /** How long to wait, computed after each failed attempt. */
    public StepOptions withDelay(StepDelay delayFunction) {
        return with(draft -> draft.delayFunction = delayFunction);
    }

    /** How the wait grows from retry to retry. */
    public StepOptions withBackoff(Backoff backoff) {
        return with(draft -> draft.backoff = backoff);
    }

    /** The longest wait between two attempts. */
    public StepOptions withMaxDelay(Duration maxDelay) {
        return with(draft -> draft.maxDelay = maxDelay);
    }

    /** @param maxDelay written as in {@link Step}: {@code "10 minutes"} */
    public StepOptions withMaxDelay(String maxDelay) {
        return withMaxDelay(DurationText.valueOf(maxDelay).value());
    }

    /** The share of a wait by which it varies at random. */
    public StepOptions withJitter(double jitter) {
        return with(draft -> draft.jitter = jitter);
    }

    /** How long one attempt may take. */
    public StepOptions withTimeout(Duration timeout) {
        return with(draft -> draft.timeout = timeout);
    }

    /** @param timeout written as in {@link Step}: {@code "30 seconds"} */
    public StepOptions withTimeout(String timeout) {
        return withTimeout(DurationText.valueOf(timeout).value());
    }

    /** Exceptions after which the step fails at once; subclasses count. */
    public StepOptions withNoRetryFor(List<Class<? extends Throwable>> noRetryFor) {
        return with(draft -> draft.noRetryFor = noRetryFor);
    }

    /** The result is stored and passed on, and shown as {@code [REDACTED]}. */
    public StepOptions withSensitiveResult() {
        return with(draft -> draft.sensitive = true);
    }

    /**
     * What tells this call from others with the same name, as {@link Step#key} does.
     *
     * @param key its text is what counts: a string, a number, an enum, a UUID
     */
    public StepOptions withKey(Object key) {
        return with(draft -> draft.key = key);
    }

    /**
     * What undoes the step, as {@link Step#rollback} says: {@code withRollback((Receipt receipt) -> refund(receipt))}.
     *
     * @param rollback is given what the step returned, null if it failed
     */
    public StepOptions withRollback(StepRollback<?> rollback) {
        return withRollback(rollback, defaults());
    }

    /** The same as {@link #withRollback(StepRollback)}, with retries and a timeout of its own. */
    public StepOptions withRollback(StepRollback<?> rollback, StepOptions rollbackOptions) {
        return with(draft -> {
            draft.rollback = rollback;
            draft.rollbackOptions = rollbackOptions;
        });
    }

    private StepOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** The same values, one of which is to be changed. */
    private static final class Draft {

        private @Nullable Integer retries;
        private @Nullable Duration delay;
        private Backoff backoff;
        private @Nullable Duration maxDelay;
        private @Nullable Double jitter;
        private @Nullable Duration timeout;
        private @Nullable StepDelay delayFunction;
        private List<Class<? extends Throwable>> noRetryFor;
        private boolean sensitive;
        private @Nullable Object key;
        private @Nullable StepRollback<?> rollback;
        private @Nullable StepOptions rollbackOptions;

        Draft(StepOptions from) {
            this.retries = from.retries;
            this.delay = from.delay;
            this.backoff = from.backoff;
            this.maxDelay = from.maxDelay;
            this.jitter = from.jitter;
            this.timeout = from.timeout;
            this.delayFunction = from.delayFunction;
            this.noRetryFor = from.noRetryFor;
            this.sensitive = from.sensitive;
            this.key = from.key;
            this.rollback = from.rollback;
            this.rollbackOptions = from.rollbackOptions;
        }

        StepOptions options() {
            return new StepOptions(
                    retries,
                    delay,
                    backoff,
                    maxDelay,
                    jitter,
                    timeout,
                    delayFunction,
                    noRetryFor,
                    sensitive,
                    key,
                    rollback,
                    rollbackOptions);
        }
    }
}
