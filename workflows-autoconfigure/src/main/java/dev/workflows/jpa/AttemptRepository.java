package dev.workflows.jpa;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on attempts that made no checkpoint. */
interface AttemptRepository extends Repository<AttemptEntity, AttemptEntity.Id> {

    @Query("select a from AttemptEntity a where a.id.instance = :instance and a.id.generation = :generation")
    List<AttemptEntity> findAll(long instance, int generation);

    @Modifying
    @NativeQuery("""
            insert into workflow_attempt
                (instance_pk, generation, kind, scope, name, occurrence, attempt, error_name, error_message,
                 error_stack, epoch, started_at, ended_at)
            select i.pk, i.generation, :kind, :scope, :name, :occurrence, :attempt, :errorName, :errorMessage,
                 :errorStack, i.epoch, :startedAt, :endedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int insert(
            long instance,
            long epoch,
            String kind,
            String scope,
            String name,
            int occurrence,
            int attempt,
            String errorName,
            String errorMessage,
            String errorStack,
            Instant startedAt,
            Instant endedAt);

    @Modifying
    @NativeQuery("""
            update workflow_attempt
            set next_at = current_timestamp + cast(:seconds as double precision) * interval '1' second
            where instance_pk = :instance and generation = :generation and kind = :kind and scope = :scope
              and name = :name and occurrence = :occurrence and attempt = :attempt""")
    int nextIn(
            long instance,
            int generation,
            String kind,
            String scope,
            String name,
            int occurrence,
            int attempt,
            double seconds);

    /** What was left of the waits when the instance was paused is left again. */
    @Modifying
    @NativeQuery("""
            update workflow_attempt
            set next_at = next_at + (current_timestamp - cast(:pausedAt as timestamp(6) with time zone))
            where instance_pk = :instance and generation = :generation and next_at > :pausedAt""")
    int shift(long instance, int generation, Instant pausedAt);

    /** What a restart keeps: the attempts at steps that were started before. */
    @Modifying
    @NativeQuery("""
            insert into workflow_attempt
                (instance_pk, generation, kind, scope, name, occurrence, attempt, error_name, error_message,
                 error_stack, epoch, started_at, ended_at, next_at)
            select a.instance_pk, a.generation + 1, a.kind, a.scope, a.name, a.occurrence, a.attempt, a.error_name,
                 a.error_message, a.error_stack, a.epoch, a.started_at, a.ended_at, a.next_at
            from workflow_attempt a
            where a.instance_pk = :instance and a.generation = :generation
              and (select min(f.started_at) from workflow_attempt f
                   where f.instance_pk = a.instance_pk and f.generation = a.generation and f.kind = a.kind
                     and f.scope = a.scope and f.name = a.name and f.occurrence = a.occurrence) < :before""")
    int keep(long instance, int generation, Instant before);

    @NativeQuery("""
            select min(started_at) from workflow_attempt
            where instance_pk = :instance and generation = :generation and kind = :kind and name = :name
              and occurrence = :occurrence""")
    Optional<Instant> startOf(long instance, int generation, String kind, String name, int occurrence);

    @Modifying
    @Query("delete from AttemptEntity a where a.id.instance in :instances")
    int delete(Collection<Long> instances);
}
