package dev.workflows.jpa;

import java.util.Collection;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The statements on events. Whoever uses them has locked the instance. */
interface EventRepository extends Repository<EventEntity, Long> {

    @Modifying
    @NativeQuery("""
            insert into workflow_event (instance_pk, type, payload, sensitive, sent_at)
            values (:instance, :type, :payload, :sensitive, current_timestamp)""")
    int insert(long instance, String type, String payload, boolean sensitive);

    @NativeQuery("""
            select * from workflow_event
            where instance_pk = :instance and type = :type and consumed_at is null
            order by id
            fetch first 1 rows only""")
    Optional<EventEntity> next(long instance, String type);

    @Modifying
    @Query("delete from EventEntity e where e.instance in :instances")
    int delete(Collection<Long> instances);
}
