package dev.workflows;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.stereotype.Component;

/**
 * Marks a {@link WorkflowEntrypoint} as a workflow. It is a stereotype: the class becomes a Spring bean, and a
 * {@link WorkflowBinding} bean, named like its {@link #binding()}, creates and finds its instances.
 *
 * <p>The class must be open for subclassing: it must not be final, and its {@link Step} methods must not be private,
 * static or final. {@code run} must not be transactional. The application does not start otherwise.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Component
public @interface Workflow {

    /**
     * The workflow's name, under which its instances are stored: keep it when the class is renamed. By default the
     * class name in kebab-case, {@code ReportWorkflow} becoming {@code report-workflow}. At most 64 characters:
     * letters, digits, {@code -} and {@code _}, not starting with {@code -}.
     */
    String name() default "";

    /**
     * Former names, for instances that are stored under one of them: they are run, and found by
     * {@link WorkflowBinding#get}, as if they had the present name, and their ids are taken. New instances are stored
     * under the present name. No other workflow may have one of these as its name or alias.
     */
    String[] aliases() default {};

    /**
     * The name of the {@link WorkflowBinding} bean. By default the workflow's name in UPPER_SNAKE_CASE.
     */
    String binding() default "";

    /**
     * What this state of the code is called, as {@code "2"} or {@code "2026-05"}: an instance keeps the version that it was
     * created with, which {@link WorkflowStep#version()} tells {@code run}. At most 64 characters, no control characters.
     * {@code workflows.definitions.<workflow>.version} replaces it.
     */
    String version() default "";

    /**
     * How long an instance may take from its creation to its end, waits and pauses included, as {@code "2 hours"}; then it is
     * errored: see {@link CreateOptions#withDeadline}, which replaces it for one instance, as
     * {@code workflows.definitions.<workflow>.deadline} does for all that are created from then on. By default as long as
     * it likes.
     */
    String deadline() default "";

    /**
     * Cron expressions at whose times instances are created by themselves, each exactly once over all nodes, with the id
     * {@code schedule-20261122T060000Z} (and a suffix for each expression if there are several) and no params, which
     * its event reads from {@code {}}. The event says which {@link Schedule} it was.
     *
     * <p>An expression has five fields: minute, hour, day of month, month and day of week; or six, with the second before
     * them; or is a macro: {@code @hourly}, {@code @daily}, {@code @weekly}, {@code @monthly}, {@code @yearly}. It reads
     * as {@link org.springframework.scheduling.support.CronExpression} does: days of the week are {@code MON} to
     * {@code SUN} or 1 to 7 with 0 for Sunday too (while Cloudflare counts from 1 for Sunday), and where both the day of
     * month and the day of week are given, both must match.
     *
     * <p>Where a clock change leaves out or repeats the time, an instance is created once: right after the change, or at
     * the first of the two. An expression with {@code *} for the hour goes on by elapsed time instead.
     *
     * <p>A schedule that is new, or written differently from before, starts from now. One that is removed stays known until
     * a node starts that has others for the workflow: taken up again before, it goes on where it was.
     *
     * <p>{@code workflows.definitions.<workflow>.schedule} replaces all of them, and {@code .zone}, {@code .catch-up} and
     * {@code .overlap} the attributes below. Only nodes that run instances create them.
     */
    String[] schedule() default {};

    /** The time zone in which {@link #schedule()} reads, as {@code "Europe/Berlin"}. */
    String zone() default "UTC";

    /** What becomes of what a schedule missed while no node was there. */
    CatchUp catchUp() default CatchUp.ONCE;

    /** What becomes of a firing while an instance that a schedule created earlier has not ended. */
    Overlap overlap() default Overlap.ALLOW;

    /**
     * How many of its instances run at once, over all nodes; 0 for as many as there are nodes and threads for. Those that
     * sleep or wait do not count. Of those that are due, one that has begun goes on before a new one begins.
     * {@code workflows.definitions.<workflow>.concurrency} replaces it.
     */
    int concurrency() default 0;

    /**
     * How many of its instances with the same {@linkplain CreateOptions#withConcurrencyKey concurrency key} run at once, over
     * all nodes; 1 or more. Those that sleep or wait do not count.
     * {@code workflows.definitions.<workflow>.concurrency-per-key} replaces it.
     */
    int concurrencyPerKey() default 1;

    /**
     * The priority of its instances that are given none by {@link CreateOptions#withPriority}.
     * {@code workflows.definitions.<workflow>.priority} replaces it.
     */
    int priority() default 0;

    /**
     * How many steps an instance may call, sleeps and waits included, retries not; one that calls more ends as errored,
     * as a loop without an end would. 0 for {@code workflows.limits.steps}, which is 10,000 by default.
     * {@code workflows.definitions.<workflow>.max-steps} replaces it.
     */
    int maxSteps() default 0;

    /**
     * What must not be shown. It is stored and passed on as usual: to {@code run}, and to who awaits the output. But
     * {@link WorkflowInstance#status()} shows {@value Sensitive#REDACTED} as its output, no message of this library quotes it,
     * and the instance's row is marked for whatever else shows instances. It is not encrypted by that: see
     * {@link PayloadCodec}.
     */
    Sensitive[] sensitive() default {};
}
