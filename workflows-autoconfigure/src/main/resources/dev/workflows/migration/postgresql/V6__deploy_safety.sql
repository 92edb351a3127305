-- What the code called itself when it created the instance.
alter table workflow_instance add column version varchar(64) default '' not null;
