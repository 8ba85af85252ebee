-- What lists of versions over all models need, and the stages of MLflow's older clients.
ALTER TABLE model_version
    -- The model's, which never changes, and its name, which a renaming changes with it: lists of versions over all models of a
    -- namespace begin and are sorted here. By a join the planner mistakes what is rare for what is not, and reads every model.
    ADD COLUMN namespace  text,
    ADD COLUMN model_name text,
    ADD COLUMN stage      text NOT NULL DEFAULT 'NONE',
    ADD COLUMN updated_at timestamptz,
    ADD CONSTRAINT model_version_stage_known CHECK (stage IN ('NONE', 'STAGING', 'PRODUCTION', 'ARCHIVED'));
UPDATE model_version v SET namespace = m.namespace, model_name = m.name, updated_at = coalesce(v.deleted_at, v.created_at)
FROM model m WHERE m.id = v.model_id;
ALTER TABLE model_version
    ALTER COLUMN namespace SET NOT NULL,
    ALTER COLUMN model_name SET NOT NULL,
    ALTER COLUMN updated_at SET NOT NULL;

CREATE INDEX model_version_list ON model_version (namespace, model_name, number DESC) WHERE status = 'READY';
CREATE INDEX model_version_updated ON model_version (namespace, updated_at DESC) WHERE status = 'READY';
-- "The newest in production?"
CREATE INDEX model_version_stage ON model_version (model_id, stage, number DESC) WHERE status = 'READY';
-- "What was made of this run, or of what lies there?"
CREATE INDEX model_version_run ON model_version (namespace, replace(source ->> 'run', '-', '')) WHERE status = 'READY';
CREATE INDEX model_version_uri ON model_version (namespace, (source ->> 'uri')) WHERE status = 'READY';

-- A search by tag begins at these. Without it, it would also read what was written since the last vacuum, row by row.
ALTER INDEX model_version_tags SET (fastupdate = off);
ALTER INDEX model_tags SET (fastupdate = off);
