package dev.workflows.jpa;

import dev.workflows.InstanceQuery;
import dev.workflows.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The statement that reads a page. For whatever is asked, one index has it in the order of the list, and is read from where
 * the page before ended: that of the workflow, of a status, or of a label, which therefore repeats what the order is made of.
 */
final class ListStatement {

    /** Both databases know the time between, whatever an {@link Instant} can say. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private static final Pattern PREFIX_OF_AN_ID = Pattern.compile("[a-zA-Z0-9_-]*");

    private final InstanceQuery query;
    private final int workflows;
    private final List<Status> statuses;
    private final String createdAt;
    private final String key;
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if the cursor is malformed */
    ListStatement(List<String> workflows, InstanceQuery query) {
        this.query = query;
        this.workflows = workflows.size();
        this.statuses = List.copyOf(query.statuses());
        this.createdAt = isLabelled() ? "l.created_at" : "i.created_at";
        this.key = isLabelled() ? "l.instance_pk" : "i.pk";
        parameters.put("limit", query.limit() + 1);
        query.labels().forEach(this::addLabel);
        add(createdAt + " >= :since", "since", stored(query.createdSince()));
        add(createdAt + " < :before", "before", stored(query.createdBefore()));
        addPrefix(query.idPrefix());
        addCursor(query.cursor());
        for (int n = 0; n < workflows.size(); n++) {
            parameters.put("workflow" + n, workflows.get(n));
        }
        for (int n = 0; n < statuses.size(); n++) {
            parameters.put("status" + n, statuses.get(n).word());
        }
    }

    /** Reads one row more than the page has, if there are more. */
    String sql() {
        List<String> pages = new ArrayList<>();
        for (int w = 0; w < workflows; w++) {
            String workflow = (isLabelled() ? "l" : "i") + ".workflow = :workflow" + w;
            if (statuses.isEmpty()) {
                pages.add(page(workflow));
            }
            for (int s = 0; s < statuses.size(); s++) {
                pages.add(page(workflow + " and i.workflow = :workflow" + w + " and i.status = :status" + s));
            }
        }
        // a page of each, since no index has several workflows or statuses in the order of the list
        return pages.size() == 1
                ? pages.get(0)
                : "select * from ((" + String.join(") union all (", pages) + ")) p" + ordered("p.created_at", "p.pk");
    }

    Map<String, Object> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    private String page(String condition) {
        String source = isLabelled()
                ? "workflow_label l join workflow_instance i on i.pk = l.instance_pk"
                : "workflow_instance i";
        List<String> all = new ArrayList<>(conditions);
        all.add(condition);
        return "select i.pk, i.id, i.status, i.created_at, i.ended_at, i.error_name, i.error_message from " + source
                + " where " + String.join(" and ", all) + ordered(createdAt, key);
    }

    private String ordered(String first, String second) {
        String direction = query.order() == InstanceQuery.Order.NEWEST_FIRST ? " desc" : "";
        return " order by " + first + direction + ", " + second + direction + " fetch first :limit rows only";
    }

    private boolean isLabelled() {
        return !query.labels().isEmpty();
    }

    /** The first is what the list is read from; the others are looked up. */
    private void addLabel(String name, String value) {
        String n = String.valueOf(parameters.size());
        String label = "%1$s.name = :name" + n + " and %1$s.label_value = :value" + n;
        parameters.put("name" + n, name);
        parameters.put("value" + n, value);
        conditions.add(
                conditions.isEmpty()
                        ? label.formatted("l")
                        : "exists (select 1 from workflow_label m where m.instance_pk = i.pk and "
                                + label.formatted("m") + ")");
    }

    /** All that an id may have behind the prefix sorts before a tilde. */
    private void addPrefix(@Nullable String prefix) {
        if (prefix != null && !PREFIX_OF_AN_ID.matcher(prefix).matches()) {
            conditions.add("1 = 0");
        } else if (prefix != null) {
            add("i.id >= :prefix", "prefix", prefix);
            add("i.id < :behindPrefix", "behindPrefix", prefix + "~");
        }
    }

    private void addCursor(@Nullable String text) {
        if (text != null) {
            Cursor cursor = Cursor.of(text);
            String past = query.order() == InstanceQuery.Order.NEWEST_FIRST ? "<" : ">";
            parameters.put("createdAt", stored(cursor.createdAt()));
            add("(" + createdAt + ", " + key + ") " + past + " (:createdAt, :key)", "key", cursor.key());
        }
    }

    private void add(String condition, String parameter, @Nullable Object value) {
        if (value != null) {
            conditions.add(condition);
            parameters.put(parameter, value);
        }
    }

    /** The same bound for times that have microseconds, as stored ones have: those that are not earlier. */
    private static @Nullable Instant stored(@Nullable Instant bound) {
        if (bound == null) {
            return null;
        }
        Instant known = bound.isBefore(EARLIEST) ? EARLIEST : bound.isAfter(LATEST) ? LATEST : bound;
        Instant whole = known.truncatedTo(ChronoUnit.MICROS);
        return whole.equals(known) ? whole : whole.plus(1, ChronoUnit.MICROS);
    }
}
