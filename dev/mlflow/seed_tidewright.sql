-- The rows of seed_mlflow.sql, as the platform keeps them. %(namespace)s, %(models)s models of ten versions, %(runs)s runs.
INSERT INTO model (id, version, namespace, name, description, tags, last_version, created_at, created_by, updated_at)
SELECT gen_random_uuid(), 0, %(namespace)s, 'Model ' || n, '', jsonb_build_object('team', 't' || n %% 100), 10, now(), 'x',
       now() - n * interval '1 second'
FROM generate_series(1, %(models)s) n;

INSERT INTO model_version (id, version, model_id, number, status, description, tags, flavour, source, files, size, created_at,
                           created_by, namespace, model_name, stage, updated_at)
SELECT gen_random_uuid(), 0, m.id, k, 'READY', '',
       jsonb_build_object('n', m.name || '/' || k, 'batch', 'b' || ('x' || substr(md5(substr(m.name, 7) || '/' || k), 1, 7))::bit(28)::int %% (%(models)s / 10),
                          'env', 'e' || ('x' || substr(md5('env' || substr(m.name, 7) || '/' || k), 1, 7))::bit(28)::int %% 3),
       'MLFLOW', jsonb_build_object('run', gen_random_uuid(), 'uri', 'runs:/' || k || m.name, 'attempt', 0, 'path', ''), 1, 1,
       now(), 'x', %(namespace)s, m.name, 'NONE', now()
FROM model m, generate_series(1, 10) k WHERE m.namespace = %(namespace)s;

INSERT INTO alias_move (model_id, alias, to_number, at, actor, reason)
SELECT id, 'champion', 3, now(), 'x', '' FROM model WHERE namespace = %(namespace)s;
INSERT INTO model_alias (model_id, alias, number, move_id) SELECT model_id, alias, to_number, id FROM alias_move;

INSERT INTO experiment (namespace, number, name, created_at, created_by, updated_at)
VALUES (%(namespace)s, 1, 'many', now(), 'x', now());
INSERT INTO run (id, version, namespace, name, status, reason, tags, started_at, ended_at, created_by, experiment)
SELECT md5('run' || n)::uuid, 0, %(namespace)s, 'run-' || n, 'FINISHED', '',
       jsonb_build_object('mlflow.user', 'u' || n %% 50, 'mlflow.source.name', 'train.py', 'mlflow.runName', 'run-' || n, 'team', 't' || n %% 100),
       now() - (%(runs)s - n) * interval '1 second', now(), 'x', 1
FROM generate_series(1, %(runs)s) n;
INSERT INTO run_param (run_id, key, value)
SELECT md5('run' || n)::uuid, 'p' || k, (n * k %% 1000)::text FROM generate_series(1, %(runs)s) n, generate_series(1, 5) k;
INSERT INTO metric_series (run_id, key, points, step, at, value)
SELECT md5('run' || n)::uuid, 'm' || k, 1, 0, now(), (n::bigint * k * 7919 %% 100003) / 100003.0
FROM generate_series(1, %(runs)s) n, generate_series(1, 5) k;
INSERT INTO metric_point (series_id, step, at, value) SELECT id, step, at, value FROM metric_series WHERE key LIKE 'm_';
