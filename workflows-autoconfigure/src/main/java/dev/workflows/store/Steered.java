package dev.workflows.store;

import dev.workflows.Status;

/**
 * What became of an attempt to steer an instance.
 *
 * @param key the instance's key
 * @param from the status that it was in
 * @param applied false if nothing was changed, because that status refuses it
 */
public record Steered(long key, Status from, boolean applied) {}
