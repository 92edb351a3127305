package dev.workflows.jpa;

import dev.workflows.store.ScheduleKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** The row of a workflow's schedule. */
@Entity
@Table(name = "workflow_schedule")
class ScheduleEntity {

    @Embeddable
    record Id(
            @Column(name = "workflow") String workflow,
            @Column(name = "cron") String cron,
            @Column(name = "zone") String zone) {}

    @EmbeddedId
    private Id id;

    @Column(name = "last_fired_at")
    private Instant lastFiredAt;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected ScheduleEntity() {}

    ScheduleKey key() {
        return new ScheduleKey(id.cron(), id.zone());
    }

    Instant lastFiredAt() {
        return lastFiredAt;
    }
}
