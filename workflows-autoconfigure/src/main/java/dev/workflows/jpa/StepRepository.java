package dev.workflows.jpa;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/**
 * The statements on checkpoints. An insert selects from its instance, and locks it: no other claim can come between the
 * check of the epoch and the commit.
 */
interface StepRepository extends Repository<StepEntity, StepId> {

    Optional<StepEntity> findById(StepId id);

    @Query("select s from StepEntity s where s.id.instance = :instance and s.id.generation = :generation")
    List<StepEntity> findAll(long instance, int generation);

    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, generation, kind, scope, name, occurrence, error_name, error_message, error_stack,
                 declared, attempts, epoch, started_at, ended_at)
            select i.pk, i.generation, :kind, :scope, :name, :occurrence, :errorName, :errorMessage, :errorStack,
                   :declared, :attempts, i.epoch, :startedAt, :endedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int fail(
            long instance,
            long epoch,
            String kind,
            String scope,
            String name,
            int occurrence,
            String errorName,
            String errorMessage,
            String errorStack,
            boolean declared,
            int attempts,
            Instant startedAt,
            Instant endedAt);

    /** A wait for an event. */
    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, generation, kind, scope, name, occurrence, attempts, epoch, started_at, wake_at, event_type)
            select i.pk, i.generation, :kind, :scope, :name, :occurrence, 1, i.epoch, :startedAt,
                   current_timestamp + cast(:seconds as double precision) * interval '1' second,
                   cast(:eventType as varchar(100))
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int begin(
            long instance,
            long epoch,
            String kind,
            String scope,
            String name,
            int occurrence,
            Instant startedAt,
            double seconds,
            String eventType);

    /** What was left of the waits when the instance was paused is left again. */
    @Modifying
    @NativeQuery("""
            update workflow_step
            set wake_at = wake_at + (current_timestamp - cast(:pausedAt as timestamp(6) with time zone))
            where instance_pk = :instance and generation = :generation and ended_at is null and wake_at > :pausedAt""")
    int shift(long instance, int generation, Instant pausedAt);

    @NativeQuery("""
            select count(*) from workflow_step
            where instance_pk = :instance and generation = :generation and ended_at is null and event_type = :eventType""")
    long countWaits(long instance, int generation, String eventType);

    @NativeQuery("""
            select min(started_at) from workflow_step
            where instance_pk = :instance and generation = :generation and kind = :kind and name = :name
              and occurrence = :occurrence""")
    Optional<Instant> startOf(long instance, int generation, String kind, String name, int occurrence);

    @Query("select s from StepEntity s where s.id.instance = :instance and s.id.generation = :generation"
            + " and s.id.kind = 'rollback' and s.failure.name is not null order by s.startedAt")
    List<StepEntity> findFailedRollbacks(long instance, int generation);

    /** What a restart keeps: what was started before, but for races that were not yet decided. */
    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, generation, kind, scope, name, occurrence, output, sensitive, declared, error_name,
                 error_message, error_stack, attempts, epoch, started_at, ended_at, wake_at, event_type, event_at, child_pk)
            select instance_pk, generation + 1, kind, scope, name, occurrence, output, sensitive, declared, error_name,
                   error_message, error_stack, attempts, epoch, started_at, ended_at, wake_at, event_type, event_at,
                   child_pk
            from workflow_step
            where instance_pk = :instance and generation = :generation and started_at < :before
              and kind <> 'rollback' and (kind <> 'race' or ended_at < :before)""")
    int keep(long instance, int generation, Instant before);

    /** At most so many instances are looked at, whatever their workflow, and at most so many steps. */
    @NativeQuery("""
            select distinct sample.workflow, sample.name
            from (select i.workflow, s.name
                  from (select pk, generation, workflow from workflow_instance
                        where due_at is not null order by due_at fetch first :instances rows only) i
                  join workflow_step s on s.instance_pk = i.pk and s.generation = i.generation
                  where i.workflow in (:workflows) and s.kind = 'step' and s.declared
                  fetch first :steps rows only) sample""")
    List<Object[]> sampleDeclared(Collection<String> workflows, int instances, int steps);

    @Modifying
    @Query("delete from StepEntity s where s.id.instance in :instances")
    int delete(Collection<Long> instances);
}
