-- What must not be shown, so that whoever shows rows need not know the code that wrote them.
alter table workflow_step add column sensitive boolean default false not null;
alter table workflow_instance add column sensitive_params boolean default false not null;
alter table workflow_instance add column sensitive_output boolean default false not null;
alter table workflow_generation add column sensitive_output boolean default false not null;
alter table workflow_event add column sensitive boolean default false not null;
