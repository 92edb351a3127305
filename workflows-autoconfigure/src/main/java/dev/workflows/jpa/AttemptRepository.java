package dev.workflows.jpa;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on attempts that made no checkpoint. */
interface AttemptRepository extends Repository<AttemptEntity, AttemptEntity.Id> {

    @Query("select a.id from AttemptEntity a where a.id.instance = :instance")
    List<AttemptEntity.Id> findIds(long instance);

    @Modifying
    @NativeQuery("""
            insert into workflow_attempt
                (instance_pk, kind, name, occurrence, attempt, error_name, error_message, error_stack, epoch,
                 started_at, ended_at)
            select i.pk, 'step', :name, :occurrence, :attempt, :errorName, :errorMessage, :errorStack, i.epoch,
                 :startedAt, :endedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int insert(
            long instance,
            long epoch,
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
            where instance_pk = :instance and name = :name and occurrence = :occurrence and kind = 'step'
              and attempt = :attempt""")
    int nextIn(long instance, String name, int occurrence, int attempt, double seconds);

    @Modifying
    @Query("delete from AttemptEntity a where a.id.instance in :instances")
    int delete(Collection<Long> instances);
}
