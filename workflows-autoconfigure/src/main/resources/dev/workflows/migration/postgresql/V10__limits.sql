-- Of those that have not begun, higher ones come first.
alter table workflow_instance add column priority integer default 0 not null;
-- How many with the same key run at once is limited.
alter table workflow_instance add column concurrency_key varchar(256);

-- What was claimed before comes back in the order of its times; what was not begins by its priority.
drop index workflow_instance_due;
create index workflow_instance_due on workflow_instance (due_at) where due_at is not null and epoch > 0;
create index workflow_instance_new on workflow_instance (priority desc, due_at, created_at)
    where due_at is not null and epoch = 0;

-- One row, which a claim locks before it counts what is running.
create table workflow_concurrency (
    claims bigint not null
);

insert into workflow_concurrency (claims) values (0);
