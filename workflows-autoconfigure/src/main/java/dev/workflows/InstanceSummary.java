package dev.workflows;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance as it is listed: without its params and output.
 *
 * @param endedAt null until it has ended
 * @param labels in the order of their names
 * @param error what ended it; null unless it is errored
 */
public record InstanceSummary(
        String id,
        Status status,
        Instant createdAt,
        @Nullable Instant endedAt,
        Map<String, String> labels,
        InstanceStatus.@Nullable InstanceError error) {}
