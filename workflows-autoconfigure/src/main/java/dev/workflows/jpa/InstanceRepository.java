package dev.workflows.jpa;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on instances. Those with an epoch change nothing when it is stale. */
interface InstanceRepository extends Repository<InstanceEntity, Long> {

    @Query("select i.id from InstanceEntity i where i.workflow in :workflows and i.id in :ids")
    List<String> findIds(Collection<String> workflows, Collection<String> ids);

    /** @param heldKeys each as "workflow/key"; not empty */
    @NativeQuery("""
            select * from workflow_instance
            where due_at <= current_timestamp and epoch > 0 and workflow in (:workflows)
              and (concurrency_key is null or workflow || '/' || concurrency_key not in (:heldKeys))
            order by due_at
            fetch first :limit rows only
            for update skip locked""")
    List<InstanceEntity> lockBegun(Collection<String> workflows, Collection<String> heldKeys, int limit);

    /** The same of those that were never claimed. */
    @NativeQuery("""
            select * from workflow_instance
            where due_at <= current_timestamp and epoch = 0 and workflow in (:workflows)
              and (concurrency_key is null or workflow || '/' || concurrency_key not in (:heldKeys))
            order by priority desc, due_at, created_at
            fetch first :limit rows only
            for update skip locked""")
    List<InstanceEntity> lockNew(Collection<String> workflows, Collection<String> heldKeys, int limit);

    /** Those that are due because their deadline has passed, or were before it had. */
    @NativeQuery("""
            select * from workflow_instance
            where deadline_at <= current_timestamp and ended_at is null and due_at <= current_timestamp
              and ending is null and workflow in (:workflows)
            order by deadline_at
            fetch first :limit rows only
            for update skip locked""")
    List<InstanceEntity> lockOverdue(Collection<String> workflows, int limit);

    /** From here on, no other claim counts what is running until the transaction has ended. */
    @Modifying
    @NativeQuery("update workflow_concurrency set claims = claims + 1")
    int lockConcurrency();

    @Query("select new dev.workflows.jpa.RunningRow(i.workflow, i.concurrencyKey, count(*)) from InstanceEntity i"
            + " where i.owner is not null and i.workflow in :workflows group by i.workflow, i.concurrencyKey")
    List<RunningRow> countRunning(Collection<String> workflows);

    @Query("select count(*) > 0 from InstanceEntity i"
            + " where i.workflow = :workflow and i.scheduleCron is not null and i.endedAt is null")
    boolean existsUnfinishedScheduled(String workflow);

    @Modifying
    @Query("""
            update InstanceEntity i
            set i.status = :status, i.owner = :node, i.epoch = i.epoch + 1, i.dueAt = null, i.pausedAt = null,
                i.interrupted = false
            where i.pk in :pks""")
    int claim(String status, String node, Collection<Long> pks);

    /** How many are due, and the seconds until the next one is that is not. What was never claimed is due. */
    @NativeQuery("""
            select (select count(*) from (
                        select 1 from workflow_instance
                        where due_at <= current_timestamp and epoch = 0 and workflow in (:workflows)
                        fetch first :most rows only) fresh)
                 + (select count(*) from (
                        select 1 from workflow_instance
                        where due_at <= current_timestamp and epoch > 0 and workflow in (:workflows)
                        fetch first :most rows only) begun),
                (select extract(epoch from (min(due_at) - current_timestamp)) from workflow_instance
                 where due_at > current_timestamp and epoch > 0 and workflow in (:workflows))""")
    List<Object[]> due(Collection<String> workflows, int most);

    @Query("select i.workflow, count(*) from InstanceEntity i where i.dueAt is not null and i.workflow not in :known"
            + " group by i.workflow")
    List<Object[]> countUnknown(Collection<String> known);

    @NativeQuery("""
            select extract(epoch from (deadline_at - current_timestamp)) from workflow_instance
            where pk = :pk and epoch = :epoch and deadline_at is not null""")
    Optional<Double> secondsUntilDeadline(long pk, long epoch);

    /** What becomes of an instance that its node gives up; its parameters are the statuses it may get. */
    String HANDED_BACK = """
            update workflow_instance
            set status = case status when 'waitingForPause' then :whenPausing else :otherwise end,
                due_at = case when status <> 'waitingForPause' then current_timestamp end,
                paused_at = case when status = 'waitingForPause' then current_timestamp end,
                owner = null, epoch = epoch + 1, interrupted = :interrupted""";

    /** In the order of their keys, so that parents come before children wherever several are locked. */
    @NativeQuery("""
            select pk from workflow_instance
            where owner is not null and owner not in (select id from workflow_node)
            order by pk
            for update skip locked""")
    List<Long> lockOfGoneNodes();

    @NativeQuery("select pk from workflow_instance where owner = :node order by pk for update")
    List<Long> lockOf(String node);

    @Modifying
    @NativeQuery(HANDED_BACK + " where pk in (:pks)")
    int take(String whenPausing, String otherwise, boolean interrupted, Collection<Long> pks);

    @Modifying
    @NativeQuery(HANDED_BACK + " where owner = :node and pk = :pk and epoch = :epoch")
    int takeFrom(String whenPausing, String otherwise, boolean interrupted, String node, long pk, long epoch);

    @Modifying
    @NativeQuery(HANDED_BACK + " where pk = :pk and epoch = :epoch")
    int release(String whenPausing, String otherwise, boolean interrupted, long pk, long epoch);

    @NativeQuery("select * from workflow_instance where pk = :pk and epoch = :epoch for update")
    Optional<InstanceEntity> lock(long pk, long epoch);

    @NativeQuery("select * from workflow_instance where workflow = :workflow and id = :id for update")
    Optional<InstanceEntity> lock(String workflow, String id);

    /**
     * @param seconds when it is due again, if {@code timed}
     * @param signals due at once if there have been more; negative if none count
     */
    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = case status when 'waitingForPause' then :whenPausing else :otherwise end,
                due_at = case when status = 'waitingForPause' then null
                              when :signals >= 0 and signals <> :signals then current_timestamp
                              when :timed then current_timestamp + cast(:seconds as double precision) * interval '1' second
                         end,
                paused_at = case when status = 'waitingForPause' then current_timestamp end,
                owner = null, epoch = epoch + 1
            where pk = :pk and epoch = :epoch""")
    int suspend(String whenPausing, String otherwise, boolean timed, double seconds, long signals, long pk, long epoch);

    /** To be used by whoever has the instance locked, or has just changed it. */
    @Modifying
    @NativeQuery("update workflow_instance set interrupted = true where pk = :pk")
    int interrupted(long pk);

    /**
     * Makes instances due at their deadline that would be due later or never, but for those that are being rolled back. To be
     * used by whoever has just given them up or paused them.
     */
    @Modifying
    @NativeQuery("""
            update workflow_instance set due_at = deadline_at
            where pk in (:pks) and deadline_at is not null and ending is null and (due_at is null or due_at > deadline_at)""")
    int dueAtDeadline(Collection<Long> pks);

    // --- steer: whoever uses these has locked the instance ---

    @Modifying
    @NativeQuery("update workflow_instance set status = :status where pk = :pk")
    int setStatus(long pk, String status);

    @Modifying
    @NativeQuery("""
            update workflow_instance set status = :status, due_at = null, paused_at = current_timestamp where pk = :pk""")
    int pause(long pk, String status);

    @Modifying
    @NativeQuery("""
            update workflow_instance set status = :status, due_at = current_timestamp, paused_at = null where pk = :pk""")
    int resume(long pk, String status);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = :status, owner = null, due_at = null, paused_at = null, ending = null, epoch = epoch + 1,
                ended_at = current_timestamp,
                expires_at = current_timestamp
                    + coalesce(retention_error, cast(:keepSeconds as double precision)) * interval '1' second
            where pk in (:pks)""")
    int terminate(Collection<Long> pks, String status, double keepSeconds);

    @Modifying
    @NativeQuery("""
            insert into workflow_generation
                (instance_pk, generation, status, output, sensitive_output, error_name, error_message, error_stack, ended_at,
                 restarted_at)
            select pk, generation, status, output, sensitive_output, error_name, error_message, error_stack, ended_at,
                   current_timestamp
            from workflow_instance where pk = :pk""")
    int keepGeneration(long pk);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = :status, generation = generation + 1, epoch = epoch + 1, owner = null,
                due_at = current_timestamp, paused_at = null, interrupted = false, output = null,
                sensitive_output = false, error_name = null, error_message = null, error_stack = null, ended_at = null,
                expires_at = null, ending = null, rollback_outcome = null,
                deadline_at = current_timestamp + deadline_seconds * interval '1' second
            where pk = :pk""")
    int restart(long pk, String status);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set signals = signals + 1, due_at = case when :due then current_timestamp else due_at end
            where pk = :pk""")
    int signal(long pk, boolean due);

    /** The error, if there is one, is what the instance has failed with. */
    @Modifying
    @NativeQuery("""
            update workflow_instance
            set ending = :ending, error_name = nullif(cast(:errorName as varchar(256)), ''), error_message = :errorMessage,
                error_stack = :errorStack
            where pk = :pk and epoch = :epoch""")
    int beginRollback(long pk, long epoch, String ending, String errorName, String errorMessage, String errorStack);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set status = ending, rollback_outcome = :outcome, ending = null, owner = null, due_at = null,
                epoch = epoch + 1, ended_at = current_timestamp,
                expires_at = current_timestamp + cast(:keepSeconds as double precision) * interval '1' second
            where pk = :pk and epoch = :epoch and ending is not null""")
    int endRollback(long pk, long epoch, String outcome, double keepSeconds);

    @Modifying
    @NativeQuery("""
            update workflow_instance
            set ending = :ending, status = :status, interrupted = owner is not null or interrupted, owner = null,
                epoch = epoch + 1, due_at = current_timestamp, paused_at = null
            where pk = :pk""")
    int terminateWithRollback(long pk, String status, String ending);

    @Modifying
    @NativeQuery("delete from workflow_generation where instance_pk in (:pks)")
    int deleteGenerations(Collection<Long> pks);

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
