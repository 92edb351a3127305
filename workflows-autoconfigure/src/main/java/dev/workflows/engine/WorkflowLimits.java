package dev.workflows.engine;

import dev.workflows.CreateOptions;
import dev.workflows.Workflow;
import dev.workflows.store.Admission;
import dev.workflows.store.InstanceQueue;
import java.util.List;
import java.util.Objects;

/**
 * How many instances of a workflow run at once, which of them begin first, and how far each goes.
 *
 * @param concurrency over all nodes; 0 for any number
 * @param concurrencyPerKey of those with the same concurrency key
 * @param priority where an instance has none of its own
 * @param maxSteps how many steps one may call
 */
record WorkflowLimits(int concurrency, int concurrencyPerKey, int priority, int maxSteps) {

    /** @throws IllegalArgumentException if a value in the annotation is out of bounds */
    static WorkflowLimits of(Workflow declared, LimitSettings configured, LimitSettings defaults) {
        LimitSettings annotated = new LimitSettings(
                declared.concurrency(),
                declared.concurrencyPerKey(),
                declared.priority(),
                declared.maxSteps() == 0 ? null : declared.maxSteps());
        LimitSettings applied = configured.orElse(annotated).orElse(defaults).orElse(LimitSettings.BUILT_IN);
        return new WorkflowLimits(
                Objects.requireNonNull(applied.concurrency()),
                Objects.requireNonNull(applied.concurrencyPerKey()),
                Objects.requireNonNull(applied.priority()),
                Objects.requireNonNull(applied.maxSteps()));
    }

    /** @param workflows the names under which the instances are stored */
    InstanceQueue queue(List<String> workflows) {
        return new InstanceQueue(workflows, concurrency, concurrencyPerKey);
    }

    Admission admission(CreateOptions<?> options) {
        return new Admission(
                Objects.requireNonNullElse(options.priority(), priority), options.concurrencyKey(), concurrency > 0);
    }
}
