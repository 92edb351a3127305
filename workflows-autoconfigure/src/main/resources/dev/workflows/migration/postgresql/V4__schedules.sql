-- Which firing of which schedule created the instance; null if none did.
alter table workflow_instance add column schedule_cron varchar(200);
alter table workflow_instance add column scheduled_at timestamp(6) with time zone;

create index workflow_instance_scheduled on workflow_instance (workflow) where schedule_cron is not null and ended_at is null;

-- How far each schedule has fired; whoever fires one locks its workflow's rows.
create table workflow_schedule (
    workflow      varchar(64)  not null,
    cron          varchar(200) not null,
    zone          varchar(64)  not null,
    last_fired_at timestamp(6) with time zone not null,
    primary key (workflow, cron, zone)
);
