package dev.workflows;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to create an instance.
 *
 * @param params the payload of its event; null reads as an empty JSON object, {@code {}}
 * @param id unique within the workflow until retention has passed; null for a random UUID
 * @param retention how long the ended instance is kept; null for what is configured
 * @param deadline how long after its creation it must have ended; null for what is configured
 * @param labels what it can be found by, by name; they stay as they are, and are stored and shown in plain
 * @param priority of those that have not begun, higher ones come first; null for the workflow's
 * @param concurrencyKey how many with the same key run at once is limited; null for no such limit
 */
public record CreateOptions<P>(
        @Nullable P params,
        @Nullable String id,
        @Nullable Retention retention,
        @Nullable Duration deadline,
        Map<String, String> labels,
        @Nullable Integer priority,
        @Nullable String concurrencyKey) {

    private static final int MAX_ID_LENGTH = 100;
    private static final int MAX_KEY_LENGTH = 256;
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(100 * 365);
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]*");

    /**
     * @throws IllegalArgumentException if the id, a label or the concurrency key is malformed, there are more than 10
     *     labels, or the deadline is not longer than 0 or longer than 100 years
     */
    public CreateOptions {
        labels = Labels.checked(labels);
        if (deadline != null
                && (deadline.isZero() || deadline.isNegative() || deadline.compareTo(LONGEST_DEADLINE) > 0)) {
            throw new IllegalArgumentException(
                    "The deadline of an instance must be longer than 0, and at most 100 years: " + deadline);
        }
        if (concurrencyKey != null
                && (concurrencyKey.isEmpty()
                        || concurrencyKey.length() > MAX_KEY_LENGTH
                        || !concurrencyKey.codePoints().allMatch(Labels::isText))) {
            throw new IllegalArgumentException(
                    "Concurrency key \"%s\" is malformed: use 1 to %d characters, none of them a control character"
                            .formatted(Labels.shortened(concurrencyKey, MAX_KEY_LENGTH), MAX_KEY_LENGTH));
        }
        if (id != null && (id.length() > MAX_ID_LENGTH || !ID.matcher(id).matches())) {
            throw new IllegalArgumentException(
                    "Instance id \"%s\" is malformed: use 1 to %d letters, digits, \"_\" and \"-\", not starting with \"-\""
                            .formatted(
                                    id.length() > MAX_ID_LENGTH ? id.substring(0, MAX_ID_LENGTH) + "…" : id,
                                    MAX_ID_LENGTH));
        }
    }

    /** A random id, the retention and deadline that are configured, and no labels. */
    public static <P> CreateOptions<P> of(@Nullable P params) {
        return new CreateOptions<>(params, null, null, null, Map.of(), null, null);
    }

    /**
     * @param id 1 to 100 letters, digits, {@code _} and {@code -}, not starting with {@code -}
     * @throws IllegalArgumentException if the id is malformed
     */
    public CreateOptions<P> withId(String id) {
        return new CreateOptions<>(params, id, retention, deadline, labels, priority, concurrencyKey);
    }

    public CreateOptions<P> withRetention(Retention retention) {
        return new CreateOptions<>(params, id, retention, deadline, labels, priority, concurrencyKey);
    }

    /**
     * Ends the instance as errored, with a {@link DeadlineExceededException}, if it has not ended so long after its
     * creation, by the database's clock. Whatever it is doing then: a body is interrupted as by its timeout and what it
     * still returns does not count, no further one is entered, and no sleep, wait or pause goes on beyond it. Then it is
     * rolled back as after any other failure, for which the deadline is no limit. A restart gives it as long again.
     *
     * @param deadline longer than 0, at most 100 years
     * @throws IllegalArgumentException if it is not
     */
    public CreateOptions<P> withDeadline(Duration deadline) {
        return new CreateOptions<>(params, id, retention, deadline, labels, priority, concurrencyKey);
    }

    /**
     * Adds a label, or replaces the one of that name.
     *
     * @param name 1 to 64 letters, digits, {@code _} and {@code -}, not starting with {@code -}
     * @param value at most 256 characters, none of them a control character
     * @throws IllegalArgumentException if either is malformed, or there would be more than 10 labels
     */
    public CreateOptions<P> withLabel(String name, String value) {
        return withLabels(Labels.with(labels, name, value));
    }

    /**
     * Replaces all labels.
     *
     * @param labels at most 10, each as in {@link #withLabel}
     * @throws IllegalArgumentException if one is malformed, or there are more than 10
     */
    public CreateOptions<P> withLabels(Map<String, String> labels) {
        return new CreateOptions<>(params, id, retention, deadline, labels, priority, concurrencyKey);
    }

    /**
     * Of the instances that are due and have not begun, over all workflows, those with a higher priority begin first; those
     * with the same in the order in which they were created. What has begun goes on before any of them.
     *
     * @param priority may be negative; without it, the {@linkplain Workflow#priority() workflow's} applies, 0 by default
     */
    public CreateOptions<P> withPriority(int priority) {
        return new CreateOptions<>(params, id, retention, deadline, labels, priority, concurrencyKey);
    }

    /**
     * Of the workflow's instances with the same key, no more than {@link Workflow#concurrencyPerKey} run at once, over all
     * nodes: one by default. The others are queued. An instance that sleeps or waits lets others run.
     *
     * @param concurrencyKey 1 to 256 characters, none of them a control character
     * @throws IllegalArgumentException if the key is malformed
     */
    public CreateOptions<P> withConcurrencyKey(String concurrencyKey) {
        return new CreateOptions<>(params, id, retention, deadline, labels, priority, concurrencyKey);
    }

    /** Without the params, which may be sensitive. */
    @Override
    public String toString() {
        return "CreateOptions[id=%s, retention=%s, deadline=%s, labels=%s, priority=%s, concurrencyKey=%s]"
                .formatted(id, retention, deadline, labels, priority, concurrencyKey);
    }
}
