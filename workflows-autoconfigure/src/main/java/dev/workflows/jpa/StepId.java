package dev.workflows.jpa;

import dev.workflows.store.StepKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** A step's key within its instance. */
@Embeddable
record StepId(
        @Column(name = "instance_pk") long instance,
        @Column(name = "kind") String kind,
        @Column(name = "name") String name,
        @Column(name = "occurrence") int occurrence) {

    static StepId of(long instance, StepKey key) {
        return new StepId(instance, word(key.kind()), key.name(), key.occurrence());
    }

    static String word(StepKey.Kind kind) {
        return switch (kind) {
            case STEP -> "step";
            case SLEEP -> "sleep";
        };
    }

    StepKey key() {
        return new StepKey(kind.equals("sleep") ? StepKey.Kind.SLEEP : StepKey.Kind.STEP, name, occurrence);
    }
}
