package dev.workflows.store;

import java.util.List;

/**
 * The instances of a workflow, and how many of them may run at once, over all nodes. Those that wait do not count.
 *
 * @param workflows the names under which they are stored
 * @param concurrency 0 for any number
 * @param concurrencyPerKey of those that have the same concurrency key; 1 or more
 */
public record InstanceQueue(List<String> workflows, int concurrency, int concurrencyPerKey) {

    public static InstanceQueue unlimited(String workflow) {
        return new InstanceQueue(List.of(workflow), 0, 1);
    }

    public boolean isLimited() {
        return concurrency > 0;
    }
}
