-- What a rolled back instance ends as once its rollback is through; null unless it is being rolled back.
alter table workflow_instance add column ending varchar(20);
alter table workflow_instance add column rollback_outcome varchar(20);
