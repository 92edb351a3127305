package dev.workflows.jpa;

import dev.workflows.store.StepKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

/** The row of an attempt that failed or was interrupted. One that makes a checkpoint has no row of its own. */
@Entity
@Table(name = "workflow_attempt")
class AttemptEntity {

    @Embeddable
    record Id(
            @Column(name = "instance_pk") long instance,
            @Column(name = "generation") int generation,
            @Column(name = "kind") String kind,
            @Column(name = "scope") String scope,
            @Column(name = "name") String name,
            @Column(name = "occurrence") int occurrence,
            @Column(name = "attempt") int attempt) {

        StepKey key() {
            return new StepKey(StepKey.Kind.of(kind), scope, name, occurrence);
        }
    }

    @EmbeddedId
    private Id id;

    @Embedded
    private FailureColumns failure;

    @Column(name = "epoch")
    private long epoch;

    @Column(name = "started_at")
    private Instant startedAt;

    @Column(name = "ended_at")
    private Instant endedAt;

    @Column(name = "next_at")
    private @Nullable Instant nextAt;

    /** The database's clock, since it decides when the next attempt is due. */
    @Formula("current_timestamp")
    private Instant readAt;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected AttemptEntity() {}

    Id id() {
        return id;
    }

    Instant startedAt() {
        return startedAt;
    }

    Instant endedAt() {
        return endedAt;
    }

    /** How long until the next attempt, zero or less if it may be made. */
    Duration left() {
        return nextAt == null ? Duration.ZERO : Duration.between(readAt, nextAt);
    }
}
