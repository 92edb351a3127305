package dev.workflows.jpa;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The row of an attempt that failed or was interrupted. One that makes a checkpoint has no row of its own. */
@Entity
@Table(name = "workflow_attempt")
class AttemptEntity {

    @Embeddable
    record Id(
            @Column(name = "instance_pk") long instance,
            @Column(name = "kind") String kind,
            @Column(name = "name") String name,
            @Column(name = "occurrence") int occurrence,
            @Column(name = "attempt") int attempt) {}

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

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected AttemptEntity() {}
}
