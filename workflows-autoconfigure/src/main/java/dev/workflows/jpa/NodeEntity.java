package dev.workflows.jpa;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A node's lease. */
@Entity
@Table(name = "workflow_node")
class NodeEntity {

    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "description")
    private String description;

    @Column(name = "joined_at")
    private Instant joinedAt;

    @Column(name = "lease_until")
    private Instant leaseUntil;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected NodeEntity() {}
}
