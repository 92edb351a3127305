-- By their bytes, whatever the database's language: so a prefix is a range of the index.
alter table workflow_instance alter column id type varchar(100) collate "C";

-- Instances are listed in the order of their creation, all of them or those of a status. What changes the status changes
-- due_at or owner too, as good as always, so that the row could not have been updated in place anyway.
create index workflow_instance_created on workflow_instance (workflow, created_at, pk);
create index workflow_instance_status on workflow_instance (workflow, status, created_at, pk);

create table workflow_label (
    instance_pk bigint       not null,
    name        varchar(64)  not null,
    label_value varchar(256) not null,
    -- as its instance has them: so what has a label is listed in order from one index
    workflow    varchar(64)  not null,
    created_at  timestamp(6) with time zone not null,
    primary key (instance_pk, name)
);

create index workflow_label_list on workflow_label (workflow, name, label_value, created_at, instance_pk);
