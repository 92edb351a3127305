package dev.workflows.store;

import java.time.Duration;
import java.time.Instant;

/**
 * What an instance waits for.
 *
 * @param timeout from the beginning of the wait
 * @param startedAt when the wait was first reached, as its node's clock had it
 */
public record EventWait(String type, Duration timeout, Instant startedAt) {}
