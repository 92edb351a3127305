package dev.workflows.jpa;

import dev.workflows.ChildInstance;
import dev.workflows.ParentInstance;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on parents and children. */
interface ChildRepository extends Repository<InstanceEntity, Long> {

    @NativeQuery("select parent_pk from workflow_instance where workflow = :workflow and id = :id")
    Optional<Long> parentOf(String workflow, String id);

    @NativeQuery("select pk from workflow_instance where pk = :pk for update")
    Optional<Long> lock(long pk);

    @Query("select c from InstanceEntity c where c.parent = :parent and c.workflow = :workflow and c.id = :id")
    Optional<InstanceEntity> find(long parent, String workflow, String id);

    /** Whoever asks has locked the parents, so that no child can be added meanwhile. */
    @NativeQuery("""
            select * from workflow_instance
            where parent_pk in (:parents) and ended_at is null and not detached
            order by pk
            for update""")
    List<InstanceEntity> lockUnfinished(Collection<Long> parents);

    @NativeQuery("""
            select * from workflow_instance i
            where i.parent_pk = :parent and i.ended_at is null and not i.detached and not exists (
                select 1 from workflow_step s join workflow_instance p on p.pk = s.instance_pk and p.generation = s.generation
                where p.pk = :parent and s.kind = 'child' and s.child_pk = i.pk)
            order by i.pk
            for update""")
    List<InstanceEntity> lockForgotten(long parent);

    /** That a child was started. */
    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, generation, kind, scope, name, occurrence, child_pk, output, attempts, epoch, started_at,
                 ended_at)
            select i.pk, i.generation, :kind, :scope, :name, :occurrence, :child, :output, 1, i.epoch, :startedAt,
                   :endedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int started(
            long instance,
            long epoch,
            String kind,
            String scope,
            String name,
            int occurrence,
            long child,
            String output,
            Instant startedAt,
            Instant endedAt);

    /** That the end of a child is waited for. */
    @Modifying
    @NativeQuery("""
            insert into workflow_step
                (instance_pk, generation, kind, scope, name, occurrence, child_pk, attempts, epoch, started_at)
            select i.pk, i.generation, :kind, :scope, :name, :occurrence, :child, 1, i.epoch, :startedAt
            from workflow_instance i where i.pk = :instance and i.epoch = :epoch for update""")
    int awaited(
            long instance,
            long epoch,
            String kind,
            String scope,
            String name,
            int occurrence,
            long child,
            Instant startedAt);

    /** Tells a parent that a child of it has ended; whoever does has locked it before. */
    @Modifying
    @NativeQuery("""
            update workflow_instance
            set signals = signals + 1,
                due_at = case when status = 'waiting' and exists (
                             select 1 from workflow_step s
                             where s.instance_pk = workflow_instance.pk and s.generation = workflow_instance.generation
                               and s.kind = 'result' and s.child_pk = :child and s.ended_at is null)
                         then current_timestamp else due_at end
            where pk = :parent and ended_at is null""")
    int signal(long parent, long child);

    @Query("select new dev.workflows.ParentInstance(p.workflow, p.id) from InstanceEntity c, InstanceEntity p"
            + " where c.workflow = :workflow and c.id = :id and p.pk = c.parent")
    Optional<ParentInstance> findParent(String workflow, String id);

    @Query("select new dev.workflows.ChildInstance(c.workflow, c.id) from InstanceEntity c, InstanceEntity p"
            + " where p.workflow = :workflow and p.id = :id and c.parent = p.pk order by c.pk")
    List<ChildInstance<?>> findChildren(String workflow, String id);
}
