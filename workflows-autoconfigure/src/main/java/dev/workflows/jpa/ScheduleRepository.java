package dev.workflows.jpa;

import java.time.Instant;
import java.util.List;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

/** The statements on schedules. */
interface ScheduleRepository extends Repository<ScheduleEntity, ScheduleEntity.Id> {

    @NativeQuery("select * from workflow_schedule where workflow = :workflow order by cron, zone for update")
    List<ScheduleEntity> lock(String workflow);

    @NativeQuery("select current_timestamp")
    Instant now();

    @Modifying
    @NativeQuery("""
            update workflow_schedule set last_fired_at = :lastFiredAt
            where workflow = :workflow and cron = :cron and zone = :zone""")
    int update(String workflow, String cron, String zone, Instant lastFiredAt);

    @Modifying
    @NativeQuery("delete from workflow_schedule where workflow = :workflow and cron = :cron and zone = :zone")
    int delete(String workflow, String cron, String zone);
}
