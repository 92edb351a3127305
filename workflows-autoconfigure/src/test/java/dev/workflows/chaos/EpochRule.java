package dev.workflows.chaos;

import dev.workflows.chaos.Evidence.Checkpoint;
import dev.workflows.chaos.Evidence.Instance;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** What {@code run} does one after the other is stored under epochs that never fall, and lower than the one of the end. */
final class EpochRule implements Checker.Rule {

    @Override
    public void check(Evidence evidence, Consumer<String> violation) {
        Map<String, Checkpoint> former = new HashMap<>();
        for (Checkpoint next : evidence.checkpoints().values()) {
            String id = next.key().instance();
            Instance instance = Objects.requireNonNull(evidence.instances().get(id));
            if (next.epoch() >= instance.epoch()) {
                violation.accept("%s was stored under epoch %d, and its instance ended under %d"
                        .formatted(next.key(), next.epoch(), instance.epoch()));
            }
            // branches go on at the same time
            Checkpoint before = next.scope().isEmpty() ? former.put(id, next) : null;
            if (before != null && before.epoch() > next.epoch()) {
                violation.accept("%s was stored under epoch %d after %s under epoch %d: a stale write"
                        .formatted(next.key(), next.epoch(), before.key(), before.epoch()));
            }
        }
    }
}
