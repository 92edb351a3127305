package dev.workflows.jpa;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on instances. Those with an epoch change nothing when it is stale. */
interface InstanceRepository extends Repository<InstanceEntity, Long> {

    Optional<InstanceEntity> findByWorkflowAndId(String workflow, String id);

    @NativeQuery("""
            select * from workflow_instance
            where due_at <= current_timestamp and workflow in (:workflows)
            order by due_at
            fetch first :limit rows only
            for update skip locked""")
    List<InstanceEntity> lockDue(Collection<String> workflows, int limit);

    @Modifying
    @Query("""
            update InstanceEntity i
            set i.status = 'running', i.owner = :node, i.epoch = i.epoch + 1, i.dueAt = null, i.interrupted = false
            where i.pk in :pks""")
    int claim(String node, Collection<Long> pks);

    @NativeQuery("""
            select extract(epoch from (min(due_at) - current_timestamp)) from workflow_instance
            where due_at is not null and workflow in (:workflows)""")
    Optional<Double> secondsUntilDue(Collection<String> workflows);

    @Query("select i.workflow, count(*) from InstanceEntity i where i.dueAt is not null and i.workflow not in :known"
            + " group by i.workflow")
    List<Object[]> countUnknown(Collection<String> known);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = 'queued', owner = null, epoch = epoch + 1, due_at = current_timestamp, interrupted = true
            where owner is not null and owner not in (select id from workflow_node)""")
    int takeFromGoneNodes();

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = 'queued', owner = null, epoch = epoch + 1, due_at = current_timestamp, interrupted = true
            where owner = :node""")
    int takeFrom(String node);

    @Query("select i.pk from InstanceEntity i where i.owner = :node")
    Set<Long> findOwned(String node);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = 'queued', owner = null, epoch = epoch + 1, due_at = current_timestamp, interrupted = true
            where owner = :node and pk = :pk""")
    int takeFrom(String node, long pk);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = 'queued', owner = null, epoch = epoch + 1, due_at = current_timestamp,
                interrupted = :interrupted
            where pk = :pk and epoch = :epoch""")
    int release(long pk, long epoch, boolean interrupted);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = 'waiting', owner = null, epoch = epoch + 1,
                due_at = current_timestamp + cast(:seconds as double precision) * interval '1' second
            where pk = :pk and epoch = :epoch""")
    int releaseFor(long pk, long epoch, double seconds);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = 'complete', output = :output, sensitive_output = :sensitive, owner = null, due_at = null, epoch = epoch + 1,
                ended_at = current_timestamp,
                expires_at = current_timestamp + cast(:keepSeconds as double precision) * interval '1' second
            where pk = :pk and epoch = :epoch""")
    int complete(long pk, long epoch, String output, boolean sensitive, double keepSeconds);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = :status, error_name = :errorName, error_message = :errorMessage, error_stack = :errorStack,
                owner = null, due_at = null, epoch = epoch + 1, ended_at = current_timestamp,
                expires_at = current_timestamp + cast(:keepSeconds as double precision) * interval '1' second
            where pk = :pk and epoch = :epoch""")
    int fail(
            long pk,
            long epoch,
            String status,
            String errorName,
            String errorMessage,
            String errorStack,
            double keepSeconds);

    @NativeQuery("""
            select pk from workflow_instance
            where expires_at <= current_timestamp
            order by expires_at
            fetch first :limit rows only
            for update skip locked""")
    List<Long> lockExpired(int limit);

    @Modifying
    @Query("delete from InstanceEntity i where i.pk in :pks")
    int delete(Collection<Long> pks);
}
