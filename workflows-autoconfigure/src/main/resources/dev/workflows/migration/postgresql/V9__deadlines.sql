-- How long the instance may take: deadline_at is counted anew from it at each restart.
alter table workflow_instance add column deadline_seconds double precision;

-- What has to wait for others is looked for by it, to be ended in time.
create index workflow_instance_deadline on workflow_instance (deadline_at) where deadline_at is not null and ended_at is null;
