package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceState;
import dev.workflows.store.StepKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A checkpoint's row: a step's outcome, or a sleep. */
@Entity
@Table(name = "workflow_step")
class StepEntity {

    @EmbeddedId
    private StepId id;

    @Column(name = "output")
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private @Nullable String output;

    @Embedded
    private @Nullable FailureColumns failure;

    @Column(name = "attempts")
    private int attempts;

    @Column(name = "epoch")
    private long epoch;

    @Column(name = "started_at")
    private Instant startedAt;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @Column(name = "sensitive")
    private boolean sensitive;

    @Column(name = "declared")
    private boolean declared;

    @Column(name = "wake_at")
    private @Nullable Instant wakeAt;

    @Column(name = "event_type")
    private @Nullable String eventType;

    @Column(name = "event_at")
    private @Nullable Instant eventAt;

    /** The database's clock, since it decides what is left of a sleep. */
    @Formula("current_timestamp")
    private Instant readAt;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected StepEntity() {}

    StepKey key() {
        return id.key();
    }

    /** Whether it is a sleep, or a wait without an outcome. */
    boolean isOpen() {
        return endedAt == null;
    }

    /** What is left of a sleep, or of a wait without an outcome; null if this is neither, or no time ends it. */
    @Nullable
    Duration left() {
        return wakeAt == null || endedAt != null ? null : Duration.between(readAt, wakeAt);
    }

    long instance() {
        return id.instance();
    }

    /** The database's time. */
    Instant readAt() {
        return readAt;
    }

    /** Until when an event counts. */
    @Nullable
    Instant wakeAt() {
        return wakeAt;
    }

    Instant latest() {
        return endedAt == null ? startedAt : endedAt;
    }

    /** The event that was waited for is there. */
    void received(EventEntity event, Instant now) {
        output = event.payload();
        sensitive = event.sensitive();
        eventAt = event.sentAt();
        endedAt = now;
    }

    void timedOut(Failure timeout, Instant now) {
        failure = FailureColumns.of(timeout);
        endedAt = now;
    }

    /** The child whose end was waited for has ended; one that was terminated has neither an output nor a failure. */
    void childEnded(InstanceState state, Instant now) {
        output = state.output();
        sensitive = state.sensitive();
        // one that was terminated while it was rolled back has the error that it was rolled back for
        Failure error = state.status() == Status.ERRORED ? state.failure() : null;
        failure = error == null ? null : FailureColumns.of(error);
        endedAt = now;
    }

    Checkpoint checkpoint() {
        return new Checkpoint(
                key(),
                output,
                FailureColumns.read(failure),
                attempts,
                startedAt,
                latest(),
                sensitive,
                declared,
                eventAt);
    }
}
