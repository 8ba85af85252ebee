-- What a job runs may begin further runs beside the job's own (nested ones, a sweep); all of them name the job.
ALTER TABLE run ADD COLUMN source_own boolean NOT NULL DEFAULT true;
-- A program may choose the experiment of its job's own run until it begins to log, unless the job was given one.
ALTER TABLE run ADD COLUMN experiment_open boolean NOT NULL DEFAULT false;
ALTER TABLE run DROP CONSTRAINT run_source_unique;
CREATE UNIQUE INDEX run_source_own ON run (source_kind, source_id) WHERE source_own;
CREATE INDEX run_source_beside ON run (source_id, id DESC) WHERE NOT source_own;
