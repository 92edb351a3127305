package dev.workflows.jpa;

import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** A step's key within its instance. */
@Embeddable
record StepId(
        @Column(name = "instance_pk") long instance,
        @Column(name = "generation") int generation,
        @Column(name = "kind") String kind,
        @Column(name = "scope") String scope,
        @Column(name = "name") String name,
        @Column(name = "occurrence") int occurrence) {

    static StepId of(Claim claim, StepKey key) {
        return new StepId(
                claim.key(), claim.generation(), key.kind().word(), key.scope(), key.name(), key.occurrence());
    }

    StepKey key() {
        return new StepKey(StepKey.Kind.of(kind), scope, name, occurrence);
    }
}
