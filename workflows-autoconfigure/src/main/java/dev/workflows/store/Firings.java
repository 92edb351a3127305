package dev.workflows.store;

import java.time.Instant;
import java.util.Map;

/**
 * How far the schedules of a workflow have fired.
 *
 * @param now the database's time
 * @param last the time of each one's last firing, or when it was first seen if it has not fired yet
 */
public record Firings(Instant now, Map<ScheduleKey, Instant> last) {}
