package dev.workflows.jpa;

import java.util.Collection;
import java.util.List;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

interface NodeRepository extends Repository<NodeEntity, String> {

    @Modifying
    @NativeQuery("""
            insert into workflow_node (id, description, joined_at, lease_until)
            values (:id, :description, current_timestamp,
                    current_timestamp + cast(:seconds as double precision) * interval '1' second)""")
    int insert(String id, String description, double seconds);

    @NativeQuery("select 1")
    int one();

    @NativeQuery("select id from workflow_node where lease_until <= current_timestamp for update skip locked")
    List<String> lockExpired();

    @Modifying
    @NativeQuery("delete from workflow_node where id in (:ids)")
    int delete(Collection<String> ids);
}
