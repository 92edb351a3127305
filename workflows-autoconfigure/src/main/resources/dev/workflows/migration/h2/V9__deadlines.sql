-- How long the instance may take: deadline_at is counted anew from it at each restart.
alter table workflow_instance add column deadline_seconds double precision;
