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

    @Query("select s from StepEntity s where s.id.instance = :instance")
    List<StepEntity> findAll(long instance);

    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, kind, name, occurrence, output, sensitive, attempts, epoch, started_at, ended_at)
            select i.pk, 'step', :name, :occurrence, :output, :sensitive, :attempts, i.epoch, :startedAt, :endedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int complete(
            long instance,
            long epoch,
            String name,
            int occurrence,
            String output,
            boolean sensitive,
            int attempts,
            Instant startedAt,
            Instant endedAt);

    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, kind, name, occurrence, error_name, error_message, error_stack, attempts, epoch,
                 started_at, ended_at)
            select i.pk, 'step', :name, :occurrence, :errorName, :errorMessage, :errorStack, :attempts, i.epoch,
                 :startedAt, :endedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int fail(
            long instance,
            long epoch,
            String name,
            int occurrence,
            String errorName,
            String errorMessage,
            String errorStack,
            int attempts,
            Instant startedAt,
            Instant endedAt);

    @Modifying
    @NativeQuery("""
            insert into workflow_step (instance_pk, kind, name, occurrence, attempts, epoch, started_at, wake_at)
            select i.pk, 'sleep', :name, :occurrence, 1, i.epoch, current_timestamp,
                   current_timestamp + cast(:seconds as double precision) * interval '1' second
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int sleep(long instance, long epoch, String name, int occurrence, double seconds);

    @Modifying
    @Query("delete from StepEntity s where s.id.instance in :instances")
    int delete(Collection<Long> instances);
}
