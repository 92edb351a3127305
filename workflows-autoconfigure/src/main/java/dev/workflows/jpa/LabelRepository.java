package dev.workflows.jpa;

import java.util.Collection;
import java.util.List;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on labels. */
interface LabelRepository extends Repository<LabelEntity, LabelEntity.Id> {

    @Modifying
    @NativeQuery("""
            insert into workflow_label (instance_pk, name, label_value, workflow, created_at)
            select i.pk, n.name, n.label_value, i.workflow, i.created_at
            from unnest(cast(:instances as bigint array), cast(:names as varchar array), cast(:texts as varchar array))
                as n (instance_pk, name, label_value)
            join workflow_instance i on i.pk = n.instance_pk""")
    int insert(Long[] instances, String[] names, String[] texts);

    @Query("select l from LabelEntity l where l.id.instance in :instances order by l.id.name")
    List<LabelEntity> find(Collection<Long> instances);

    @Modifying
    @Query("delete from LabelEntity l where l.id.instance in :instances")
    int delete(Collection<Long> instances);
}
