package dev.workflows.jpa;

import dev.workflows.Retention;
import dev.workflows.Schedule;
import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceState;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** An instance's row. Read as an entity; written by the statements of {@link InstanceRepository}, which check the epoch. */
@Entity
@Table(name = "workflow_instance")
class InstanceEntity {

    @Id
    @Column(name = "pk")
    private long pk;

    @Column(name = "workflow")
    private String workflow;

    @Column(name = "id")
    private String id;

    @Column(name = "status")
    private String status;

    @Column(name = "params")
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String params;

    @Column(name = "output")
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private @Nullable String output;

    @Column(name = "sensitive_params")
    private boolean sensitiveParams;

    @Column(name = "sensitive_output")
    private boolean sensitiveOutput;

    @Embedded
    private @Nullable FailureColumns failure;

    @Column(name = "version")
    private String version;

    @Column(name = "generation")
    private int generation;

    @Column(name = "signals")
    private long signals;

    @Column(name = "ending")
    private @Nullable String ending;

    @Column(name = "parent_pk")
    private @Nullable Long parent;

    @Column(name = "concurrency_key")
    private @Nullable String concurrencyKey;

    @Column(name = "paused_at")
    private @Nullable Instant pausedAt;

    @Column(name = "epoch")
    private long epoch;

    @Column(name = "owner")
    private @Nullable String owner;

    @Column(name = "due_at")
    private @Nullable Instant dueAt;

    @Column(name = "deadline_seconds")
    private @Nullable Double deadlineSeconds;

    @Column(name = "interrupted")
    private boolean interrupted;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "retention_success")
    private @Nullable Long retentionSuccess;

    @Column(name = "retention_error")
    private @Nullable Long retentionError;

    @Column(name = "schedule_cron")
    private @Nullable String scheduleCron;

    @Column(name = "scheduled_at")
    private @Nullable Instant scheduledAt;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected InstanceEntity() {}

    long pk() {
        return pk;
    }

    /** @param counted whether others may be waiting for this one to run no longer */
    Claim claimed(boolean counted) {
        return new Claim(
                pk,
                workflow,
                id,
                generation,
                epoch + 1,
                params,
                createdAt,
                retention(),
                interrupted,
                signals,
                version,
                schedule(),
                deadlineSeconds == null ? null : Seconds.duration(deadlineSeconds),
                ending(),
                parent,
                counted);
    }

    /** What it ends as once it is rolled back. */
    @Nullable
    Status ending() {
        return ending == null ? null : Status.of(ending);
    }

    String workflow() {
        return workflow;
    }

    @Nullable
    String concurrencyKey() {
        return concurrencyKey;
    }

    @Nullable
    Long parent() {
        return parent;
    }

    Status status() {
        return Status.of(status);
    }

    int generation() {
        return generation;
    }

    long signals() {
        return signals;
    }

    boolean isOwned() {
        return owner != null;
    }

    @Nullable
    Instant pausedAt() {
        return pausedAt;
    }

    /** But for how far it has been rolled back. */
    InstanceState state() {
        Failure failure = ending == null ? FailureColumns.read(this.failure) : null;
        return new InstanceState(Status.of(status), output, failure, sensitiveOutput, null);
    }

    private @Nullable Schedule schedule() {
        return scheduleCron == null || scheduledAt == null ? null : new Schedule(scheduleCron, scheduledAt);
    }

    private @Nullable Retention retention() {
        return retentionSuccess == null || retentionError == null
                ? null
                : new Retention(Duration.ofSeconds(retentionSuccess), Duration.ofSeconds(retentionError));
    }
}
