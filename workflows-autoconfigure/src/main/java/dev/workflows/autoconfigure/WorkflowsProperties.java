package dev.workflows.autoconfigure;

import dev.workflows.Backoff;
import dev.workflows.CatchUp;
import dev.workflows.DurationText;
import dev.workflows.Overlap;
import dev.workflows.engine.EngineSettings;
import dev.workflows.engine.LimitSettings;
import dev.workflows.engine.PayloadLimits;
import dev.workflows.engine.ReplayCheck;
import dev.workflows.engine.ScheduleSettings;
import dev.workflows.engine.StepSettings;
import dev.workflows.engine.WorkerSettings;
import dev.workflows.engine.WorkflowDefinitionException;
import dev.workflows.engine.WorkflowSettings;
import dev.workflows.jpa.SchemaMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.Delimiter;
import org.springframework.util.unit.DataSize;

/**
 * What {@code application.yml} says. Durations are written as in {@link dev.workflows.Step}. A key that is not known
 * stops the start.
 *
 * @param enabled Whether the library does anything at all.
 * @param schema The workflow tables.
 * @param worker How this node runs instances.
 * @param defaults What applies to steps where neither their annotation nor their workflow's settings say anything.
 * @param retention How long ended instances are kept.
 * @param limits How large payloads may be, and how far an instance goes.
 * @param encryption How payloads are encrypted.
 * @param replayCheck What happens when the code no longer fits to what a running instance has stored.
 * @param definitions Settings of single workflows, by the name in their annotation.
 */
@ConfigurationProperties(prefix = "workflows", ignoreUnknownFields = false)
public record WorkflowsProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Schema schema,
        @DefaultValue Worker worker,
        @DefaultValue Steps defaults,
        @DefaultValue Retention retention,
        @DefaultValue Limits limits,
        @DefaultValue Encryption encryption,
        @DefaultValue("warn") ReplayCheck replayCheck,
        Map<String, Definition> definitions) {

    public WorkflowsProperties {
        definitions = definitions == null ? Map.of() : definitions;
    }

    /**
     * The workflow tables.
     *
     * @param mode Whether they are migrated or validated at start-up, or left alone.
     */
    public record Schema(@DefaultValue("migrate") SchemaMode mode) {}

    /**
     * How this node runs instances.
     *
     * @param enabled Whether it runs any; if not, it can create them and look at them.
     * @param concurrency How many it runs at once, each on a thread of its own. Waiting ones do not count.
     * @param pollInterval How often it looks for instances that other nodes left, at least; a fifth as often while they tell it.
     * @param listen Whether it keeps a connection of the pool to be told by other nodes at once, where the database is PostgreSQL and the pool has at least 4.
     * @param lease How long after its last word it counts as dead, and others take over what it ran. At least 1 second.
     * @param shutdownTimeout How long running attempts may take to end when the application stops.
     * @param interruptGrace How long a body that was interrupted at its timeout may take to end, before its thread is left behind.
     */
    public record Worker(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("32") int concurrency,
            @DefaultValue("1 second") DurationText pollInterval,
            @DefaultValue("true") boolean listen,
            @DefaultValue("6 seconds") DurationText lease,
            @DefaultValue("20 seconds") DurationText shutdownTimeout,
            @DefaultValue("5 seconds") DurationText interruptGrace) {

        WorkerSettings settings() {
            return new WorkerSettings(
                    enabled,
                    concurrency,
                    pollInterval.value(),
                    lease.value(),
                    shutdownTimeout.value(),
                    interruptGrace.value());
        }
    }

    /**
     * Retries and timeout.
     *
     * @param retries How many times a failed attempt is repeated. 5 if nothing else says otherwise.
     * @param delay How long to wait before the first retry. 10 seconds if nothing else says otherwise.
     * @param backoff How the wait grows from retry to retry. Exponential if nothing else says otherwise.
     * @param maxDelay The longest wait between two attempts. No limit if nothing else says otherwise.
     * @param jitter The share of a wait, from 0 to 1, by which it varies at random. 0 if nothing else says otherwise.
     * @param timeout How long one attempt may take. 10 minutes if nothing else says otherwise.
     */
    public record Steps(
            @Nullable Integer retries,
            @Nullable DurationText delay,
            @Nullable Backoff backoff,
            @Nullable DurationText maxDelay,
            @Nullable Double jitter,
            @Nullable DurationText timeout) {

        StepSettings settings() {
            return new StepSettings(retries, duration(delay), backoff, duration(maxDelay), jitter, duration(timeout));
        }
    }

    /**
     * How long ended instances are kept.
     *
     * @param success After they completed.
     * @param error After they ended in any other way.
     */
    public record Retention(
            @DefaultValue("30 days") DurationText success,
            @DefaultValue("30 days") DurationText error) {

        dev.workflows.Retention settings() {
            return new dev.workflows.Retention(success.value(), error.value());
        }
    }

    /**
     * How large payloads may be, as JSON, and how far an instance goes.
     *
     * @param steps How many steps an instance may call, sleeps and waits included.
     * @param params What an instance is created with.
     * @param result What a step or a workflow returns.
     * @param event What an event carries.
     */
    public record Limits(
            @DefaultValue("10000") int steps,
            @DefaultValue("1MB") DataSize params,
            @DefaultValue("1MB") DataSize result,
            @DefaultValue("1MB") DataSize event) {}

    /**
     * How payloads are encrypted: not at all, unless there are keys.
     *
     * @param keys AES keys of 16, 24 or 32 bytes in Base64, by their id. Each decrypts what it has encrypted.
     * @param activeKey The id of the key that encrypts what is stored from now on.
     * @param acceptPlainText Whether what is not encrypted is read, as what was stored before there were keys.
     */
    public record Encryption(
            Map<String, String> keys,
            @Nullable String activeKey,
            @DefaultValue("true") boolean acceptPlainText) {

        public Encryption {
            keys = keys == null ? Map.of() : keys;
        }

        /** Without the keys themselves. */
        @Override
        public String toString() {
            return "Encryption[keys=%s, activeKey=%s, acceptPlainText=%s]"
                    .formatted(keys.keySet(), activeKey, acceptPlainText);
        }
    }

    /**
     * Settings of one workflow.
     *
     * @param name The name under which its instances are stored, instead of the one in its annotation.
     * @param binding The name of its binding bean, instead of the one in its annotation.
     * @param version What this state of its code is called, instead of what its annotation says.
     * @param retries How many times a failed attempt is repeated, where the step's annotation says nothing.
     * @param delay How long to wait before the first retry, where the step's annotation says nothing.
     * @param backoff How the wait grows from retry to retry, where the step's annotation says nothing.
     * @param maxDelay The longest wait between two attempts, where the step's annotation says nothing.
     * @param jitter The share of a wait by which it varies at random, where the step's annotation says nothing.
     * @param timeout How long one attempt may take, where the step's annotation says nothing.
     * @param retention How long its ended instances are kept.
     * @param deadline How long an instance may take from its creation to its end, instead of what its annotation says.
     * @param schedule Cron expressions at whose times instances are created, instead of those in its annotation; empty for none.
     * @param zone The time zone in which they read, instead of the one in its annotation.
     * @param catchUp What becomes of what was missed while no node was there, instead of what its annotation says.
     * @param overlap What becomes of a firing while an earlier scheduled instance has not ended, instead of what its annotation says.
     * @param concurrency How many of its instances run at once over all nodes, instead of what its annotation says; 0 for any number.
     * @param concurrencyPerKey How many of its instances with the same concurrency key run at once, instead of what its annotation says.
     * @param priority The priority of its instances that are given none, instead of what its annotation says.
     * @param maxSteps How many steps an instance of it may call, instead of what its annotation says.
     * @param steps What applies to single steps whatever their annotation says, by their name; in brackets if it has spaces.
     */
    public record Definition(
            @Nullable String name,
            @Nullable String binding,
            @Nullable String version,
            @Nullable Integer retries,
            @Nullable DurationText delay,
            @Nullable Backoff backoff,
            @Nullable DurationText maxDelay,
            @Nullable Double jitter,
            @Nullable DurationText timeout,
            @Nullable Retention retention,
            @Nullable DurationText deadline,
            @Nullable @Delimiter(Delimiter.NONE) List<String> schedule,
            @Nullable String zone,
            @Nullable CatchUp catchUp,
            @Nullable Overlap overlap,
            @Nullable Integer concurrency,
            @Nullable Integer concurrencyPerKey,
            @Nullable Integer priority,
            @Nullable Integer maxSteps,
            Map<String, Steps> steps) {

        public Definition {
            steps = steps == null ? Map.of() : steps;
        }

        private @Nullable List<String> crons() {
            return schedule == null
                    ? null
                    : schedule.stream().filter(cron -> !cron.isBlank()).toList();
        }

        WorkflowSettings settings(String prefix) {
            Map<String, StepSettings> byStep = new LinkedHashMap<>();
            steps.forEach(
                    (step, settings) -> byStep.put(step, valid(prefix + "steps." + step + ".", settings::settings)));
            return new WorkflowSettings(
                    name,
                    binding,
                    version,
                    valid(prefix, new Steps(retries, delay, backoff, maxDelay, jitter, timeout)::settings),
                    byStep,
                    retention == null ? null : retention.settings(),
                    deadline == null ? null : deadline.value(),
                    new ScheduleSettings(crons(), zone, catchUp, overlap),
                    valid(prefix, () -> new LimitSettings(concurrency, concurrencyPerKey, priority, maxSteps)));
        }
    }

    EngineSettings settings() {
        return new EngineSettings(
                valid("", worker::settings),
                valid("workflows.defaults.", defaults::settings),
                retention.settings(),
                new PayloadLimits(limits.params(), limits.result(), limits.event()),
                replayCheck,
                definitionSettings());
    }

    LimitSettings limitSettings() {
        if (limits.steps() < 1) {
            throw new WorkflowDefinitionException(
                    "workflows.limits.steps must be 1 or more, not " + limits.steps(), "Correct the property.");
        }
        return new LimitSettings(null, null, null, limits.steps());
    }

    Map<String, WorkflowSettings> definitionSettings() {
        Map<String, WorkflowSettings> settings = new LinkedHashMap<>();
        definitions.forEach(
                (name, definition) -> settings.put(name, definition.settings("workflows.definitions." + name + ".")));
        return settings;
    }

    /** What is out of bounds is refused with the whole name of its property. */
    private static <T> T valid(String prefix, Supplier<T> settings) {
        try {
            return settings.get();
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException(prefix + e.getMessage(), "Correct the property.");
        }
    }

    private static @Nullable Duration duration(@Nullable DurationText text) {
        return text == null ? null : text.value();
    }
}
