-- The instance that started this one. Ended by force, it takes its children with it, but for those that are detached.
alter table workflow_instance add column parent_pk bigint;
alter table workflow_instance add column detached boolean default false not null;
create index workflow_instance_parent on workflow_instance (parent_pk) where parent_pk is not null;

-- The child that was started here, or is waited for.
alter table workflow_step add column child_pk bigint;
