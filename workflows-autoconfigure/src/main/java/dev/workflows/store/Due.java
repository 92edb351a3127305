package dev.workflows.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What there is to claim, and when there will be more.
 *
 * @param now whether any instance is due; it may have to wait for others all the same
 * @param next how long until another one becomes due; null if none will by itself
 */
public record Due(boolean now, @Nullable Duration next) {}
