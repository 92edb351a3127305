package dev.workflows.store;

import org.jspecify.annotations.Nullable;

/**
 * When a new instance may begin to run.
 *
 * @param priority of those that have not begun, higher ones come first
 * @param concurrencyKey how many with the same key run at once is limited; null for no such limit
 * @param counted whether it must be claimed even where it is created, because others of its workflow count
 */
public record Admission(int priority, @Nullable String concurrencyKey, boolean counted) {

    public static final Admission AT_ONCE = new Admission(0, null, false);

    /** Whether the node that creates it may own it from the start. */
    public boolean isAtOnce() {
        return concurrencyKey == null && !counted;
    }
}
