-- As a team would have after some years; by SQL, since what is measured is reading. MLflow 3's own tables.
INSERT INTO registered_models (workspace, name, creation_time, last_updated_time, description)
SELECT 'default', 'Model ' || n, 1, 1800000000000 - n * 1000, '' FROM generate_series(1, %(models)s) n;
INSERT INTO registered_model_tags (workspace, name, key, value)
SELECT 'default', 'Model ' || n, 'team', 't' || n %% 100 FROM generate_series(1, %(models)s) n;
INSERT INTO model_versions (workspace, name, version, creation_time, last_updated_time, description, current_stage, source, run_id, status)
SELECT 'default', 'Model ' || n, k, 1, 1, '', 'None', 'runs:/' || k || 'Model ' || n, md5(n || '/' || k), 'READY'
FROM generate_series(1, %(models)s) n, generate_series(1, 10) k;
INSERT INTO model_version_tags (workspace, name, version, key, value)
SELECT 'default', 'Model ' || n, k, key,
       CASE key WHEN 'n' THEN 'Model ' || n || '/' || k WHEN 'batch' THEN 'b' || ('x' || substr(md5(n || '/' || k), 1, 7))::bit(28)::int %% (%(models)s / 10) ELSE 'e' || ('x' || substr(md5('env' || n || '/' || k), 1, 7))::bit(28)::int %% 3 END
FROM generate_series(1, %(models)s) n, generate_series(1, 10) k, unnest(ARRAY['n', 'batch', 'env']) key;
INSERT INTO registered_model_aliases (workspace, name, alias, version)
SELECT 'default', 'Model ' || n, 'champion', 3 FROM generate_series(1, %(models)s) n;

INSERT INTO experiments (experiment_id, name, workspace, artifact_location, lifecycle_stage, creation_time, last_update_time)
VALUES (1, 'many', 'default', 'mlflow-artifacts:/1', 'active', 1, 1);
SELECT setval(pg_get_serial_sequence('experiments', 'experiment_id'), 10);
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, source_version,
                  lifecycle_stage, artifact_uri, experiment_id)
SELECT md5('run' || n), 'run-' || n, 'UNKNOWN', '', '', 'u' || n %% 50, 'FINISHED',
       (extract(epoch FROM now()) * 1000)::bigint - (%(runs)s - n) * 1000, (extract(epoch FROM now()) * 1000)::bigint, '', 'active',
       'mlflow-artifacts:/1/' || md5('run' || n) || '/artifacts', 1
FROM generate_series(1, %(runs)s) n;
INSERT INTO tags (run_uuid, key, value)
SELECT md5('run' || n), key,
       CASE key WHEN 'mlflow.user' THEN 'u' || n %% 50 WHEN 'mlflow.source.name' THEN 'train.py' WHEN 'team' THEN 't' || n %% 100 ELSE 'run-' || n END
FROM generate_series(1, %(runs)s) n, unnest(ARRAY['mlflow.user', 'mlflow.source.name', 'mlflow.runName', 'team']) key;
INSERT INTO params (run_uuid, key, value)
SELECT md5('run' || n), 'p' || k, (n * k %% 1000)::text FROM generate_series(1, %(runs)s) n, generate_series(1, 5) k;
INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)
SELECT md5('run' || n), 'm' || k, (n::bigint * k * 7919 %% 100003) / 100003.0, 1, 0, false
FROM generate_series(1, %(runs)s) n, generate_series(1, 5) k;
INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan) SELECT run_uuid, key, value, timestamp, step, is_nan FROM metrics;
