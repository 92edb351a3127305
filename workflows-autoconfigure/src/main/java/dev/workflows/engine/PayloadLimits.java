package dev.workflows.engine;

import org.springframework.util.unit.DataSize;

/**
 * How large payloads may be, as JSON.
 *
 * @param params what an instance is created with
 * @param result what a step or {@code run} returns
 * @param event what an event carries
 */
public record PayloadLimits(DataSize params, DataSize result, DataSize event) {}
