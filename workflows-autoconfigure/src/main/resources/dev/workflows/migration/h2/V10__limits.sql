-- Of those that have not begun, higher ones come first.
alter table workflow_instance add column priority integer default 0 not null;
-- How many with the same key run at once is limited.
alter table workflow_instance add column concurrency_key varchar(256);



-- One row, which a claim locks before it counts what is running.
create table workflow_concurrency (
    claims bigint not null
);

insert into workflow_concurrency (claims) values (0);
