package dev.workflows;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method a step: within an instance its result is stored once it returns, and the method is not entered again
 * for that instance. A failing attempt is repeated as the attributes say. Outside an instance, the method is an
 * ordinary method; called within another step's body, it is part of that body.
 *
 * <p>It works on methods of a {@link Workflow} class, called on {@code this} too, and on methods of any other Spring
 * bean. With {@code @Transactional} on the method, the database writes of the method and the stored result commit in
 * one transaction, and every failed attempt is rolled back.
 *
 * <p>A step's body can run more than once: an attempt may have had its effect although it failed, or although the
 * process died before its result was stored. {@link StepContext#idempotencyKey()} is for the systems that the body calls.
 *
 * <p>Attributes left at their default take the value configured in {@code application.yml} for the step's workflow
 * ({@code workflows.definitions.<workflow>}) or for all ({@code workflows.defaults}). A value configured for the step
 * itself ({@code workflows.definitions.<workflow>.steps.<step>}) wins over the annotation.
 *
 * <p>Durations are written {@code "10 seconds"}, {@code "2.5 minutes"}, {@code "500ms"} or {@code "PT10S"}; a bare number
 * is milliseconds.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Step {

    /**
     * The step's name, part of the key of its stored result: keep it when the method is renamed. By default the
     * method's name. 1 to 256 characters, no control characters and no
     * half of a surrogate pair.
     */
    String name() default "";

    /**
     * Former names: where an instance has begun the step under one of them, its result or its failed attempts are found, and
     * what is still to be stored of that call is stored under the name with which it began, so that its
     * {@linkplain StepContext#idempotencyKey() idempotency key} stays the same. Calls that begin now are stored under the
     * present name. No other step that can be called in the same workflow may have one of these as its name or alias.
     */
    String[] aliases() default {};

    /**
     * An expression over the method's arguments, as in {@code @Cacheable}: {@code "#order.id"}. Its value stands in for the
     * order of the calls, so that a step that is called in a loop or in several branches is found again wherever the call
     * comes: it is stored as {@code charge [42]}. In SpEL: arguments by name (the class must be compiled with
     * {@code -parameters}) or as {@code #a0}, and {@code #root.target}. Its text must tell the calls apart; two branches
     * that run at the same time must not call the step with the same key.
     */
    String key() default "";

    /**
     * The name of a method of the same class that undoes what the step has done. When the instance finally fails, or is
     * terminated with rollback, the rollbacks of all steps that were started are called, the last that was started first,
     * that of a failed step included. Its parameters are the step's result, null if the step failed, and then the step's own
     * parameters; without the result if the step returns nothing; or there are none. It is attempted as a step is: with
     * what is configured, or as its own {@code @Step} says, if it has one; with {@code @Transactional}, its writes commit
     * with the fact that it is done. One that fails for good does not keep the others from being called.
     */
    String rollback() default "";

    /**
     * How many times a failed attempt is repeated: 5 means at most 6 attempts, 0 one. Configured default: 5.
     */
    int retries() default AS_CONFIGURED;

    /** How long to wait before the first retry. Configured default: 10 seconds. */
    String delay() default "";

    /** How the wait grows from retry to retry. Configured default: {@link Backoff#EXPONENTIAL}. */
    Backoff backoff() default Backoff.AS_CONFIGURED;

    /** The longest wait between two attempts, whatever the backoff arrives at. Configured default: no limit. */
    String maxDelay() default "";

    /**
     * The share of a wait, from 0 to 1, by which it is made longer or shorter at random, so that instances that failed
     * together do not come back together. Configured default: 0.
     */
    double jitter() default AS_CONFIGURED;

    /**
     * How long one attempt may take before it is interrupted and counts as failed. Configured default: 10 minutes.
     */
    String timeout() default "";

    /**
     * Exceptions after which the step fails at once, without a further attempt, as it does after a
     * {@link NonRetryableException}. Subclasses count.
     */
    Class<? extends Throwable>[] noRetryFor() default {};

    /**
     * Whether the result must not be shown. It is stored and returned as usual, but no message of this library quotes it,
     * and its row is marked for whatever else shows steps. It is not encrypted by that: see {@link PayloadCodec}. The
     * messages of exceptions that the body throws are its own, and are shown.
     */
    boolean sensitive() default false;

    /** The value of a number attribute that is not set. */
    int AS_CONFIGURED = -1;
}
