package dev.workflows;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which instances of a workflow to list. What is left open is no condition, so that {@link #all()} lists all of them.
 *
 * @param statuses any of these; empty for all
 * @param createdSince created then or later; null for any time
 * @param createdBefore created earlier than that; null for any time
 * @param idPrefix what their id begins with, taken literally; null for any id
 * @param labels each of these, with this value
 * @param limit how many at most on a page, from 1 to {@value #MAX_LIMIT}
 * @param cursor where the page before ended; null for the first page
 */
public record InstanceQuery(
        Set<Status> statuses,
        @Nullable Instant createdSince,
        @Nullable Instant createdBefore,
        @Nullable String idPrefix,
        Map<String, String> labels,
        Order order,
        int limit,
        @Nullable String cursor) {

    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 1000;

    /** By the time of their creation. */
    public enum Order {
        NEWEST_FIRST,
        OLDEST_FIRST
    }

    /** @throws IllegalArgumentException if the limit is out of bounds, or a label is malformed */
    public InstanceQuery {
        statuses = Set.copyOf(statuses);
        labels = Labels.checked(labels);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("A page has 1 to %d instances, not %d".formatted(MAX_LIMIT, limit));
        }
    }

    /** All instances, the newest first, {@value #DEFAULT_LIMIT} on a page. */
    public static InstanceQuery all() {
        return new InstanceQuery(Set.of(), null, null, null, Map.of(), Order.NEWEST_FIRST, DEFAULT_LIMIT, null);
    }

    /** Any of these; none for all. */
    public InstanceQuery withStatus(Status... statuses) {
        Set<Status> distinct = new LinkedHashSet<>(List.of(statuses));
        return new InstanceQuery(distinct, createdSince, createdBefore, idPrefix, labels, order, limit, cursor);
    }

    /** Created then or later. */
    public InstanceQuery withCreatedSince(@Nullable Instant since) {
        return new InstanceQuery(statuses, since, createdBefore, idPrefix, labels, order, limit, cursor);
    }

    /** Created earlier than that. */
    public InstanceQuery withCreatedBefore(@Nullable Instant before) {
        return new InstanceQuery(statuses, createdSince, before, idPrefix, labels, order, limit, cursor);
    }

    /** With an id that begins like this; {@code %} and {@code _} stand for themselves. */
    public InstanceQuery withIdPrefix(@Nullable String prefix) {
        return new InstanceQuery(statuses, createdSince, createdBefore, prefix, labels, order, limit, cursor);
    }

    /**
     * With this label, and those that were asked for before.
     *
     * @throws IllegalArgumentException if it is malformed, so that no instance has it
     */
    public InstanceQuery withLabel(String name, String value) {
        Map<String, String> more = Labels.with(labels, name, value);
        return new InstanceQuery(statuses, createdSince, createdBefore, idPrefix, more, order, limit, cursor);
    }

    public InstanceQuery withOrder(Order order) {
        return new InstanceQuery(statuses, createdSince, createdBefore, idPrefix, labels, order, limit, cursor);
    }

    /** @throws IllegalArgumentException if it is less than 1 or more than {@value #MAX_LIMIT} */
    public InstanceQuery withLimit(int limit) {
        return new InstanceQuery(statuses, createdSince, createdBefore, idPrefix, labels, order, limit, cursor);
    }

    /**
     * The page after the one that had this cursor, of a query that is otherwise the same.
     *
     * @param cursor null for the first page
     */
    public InstanceQuery withCursor(@Nullable String cursor) {
        return new InstanceQuery(statuses, createdSince, createdBefore, idPrefix, labels, order, limit, cursor);
    }
}
