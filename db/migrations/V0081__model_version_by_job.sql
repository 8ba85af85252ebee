-- Asked before a job is deleted: which versions were made of it?
CREATE INDEX model_version_job ON model_version ((source ->> 'jobId')) WHERE status = 'READY';
