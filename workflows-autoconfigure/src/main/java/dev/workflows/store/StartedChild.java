package dev.workflows.store;

import org.jspecify.annotations.Nullable;

/**
 * What became of the start of a child.
 *
 * @param written what became of its checkpoint
 * @param key the child's key; null if none was created
 */
public record StartedChild(Written written, @Nullable Long key) {}
