package dev.workflows.jpa;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** The row of an event that was sent to an instance. */
@Entity
@Table(name = "workflow_event")
class EventEntity {

    @Id
    @Column(name = "id")
    private long id;

    @Column(name = "instance_pk")
    private long instance;

    @Column(name = "type")
    private String type;

    @Column(name = "payload")
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String payload;

    @Column(name = "sensitive")
    private boolean sensitive;

    @Column(name = "sent_at")
    private Instant sentAt;

    @Column(name = "consumed_at")
    private @Nullable Instant consumedAt;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected EventEntity() {}

    String payload() {
        return payload;
    }

    boolean sensitive() {
        return sensitive;
    }

    Instant sentAt() {
        return sentAt;
    }

    /** It has been waited for; no other wait gets it. */
    void consumed(Instant now) {
        consumedAt = now;
    }
}
