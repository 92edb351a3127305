package dev.workflows.store;

/**
 * What an instance knows of the one that started it.
 *
 * @param key the parent's key in the database
 * @param detached whether the instance goes on when its parent is ended by force
 */
public record Parent(long key, boolean detached) {}
