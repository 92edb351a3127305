-- What the code called itself when it created the instance.
alter table workflow_instance add column version varchar(64) default '' not null;
-- Whether it was found when the application started that a method declares the step; then another application can tell
-- when it starts that it does not have it.
alter table workflow_step add column declared boolean default false not null;
