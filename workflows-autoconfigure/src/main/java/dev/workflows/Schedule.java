package dev.workflows;

import java.time.Instant;

/**
 * Which firing of which schedule created an instance.
 *
 * @param cron the cron expression, as {@link Workflow#schedule()} or the configuration has it
 * @param scheduledTime when it was to fire; the instance was created then or later
 */
public record Schedule(String cron, Instant scheduledTime) {}
