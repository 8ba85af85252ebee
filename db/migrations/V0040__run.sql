-- What training records. A run is small and few; its metric points are narrow and many (V0041).
CREATE TABLE run (
    id          uuid        NOT NULL,
    version     bigint      NOT NULL,
    namespace   text        NOT NULL,
    name        text        NOT NULL,
    source_kind text,
    source_id   uuid,
    source_name text,
    status      text        NOT NULL,
    reason      text        NOT NULL,
    tags        jsonb       NOT NULL DEFAULT '{}',
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    created_by  text        NOT NULL,
    CONSTRAINT run_pk PRIMARY KEY (id),
    CONSTRAINT run_source_unique UNIQUE (source_kind, source_id),
    CONSTRAINT run_status_known CHECK (status IN ('RUNNING', 'FINISHED', 'FAILED', 'KILLED')),
    CONSTRAINT run_source_whole CHECK ((source_kind IS NULL) = (source_id IS NULL))
);
CREATE INDEX run_namespace ON run (namespace, id DESC);
CREATE INDEX run_tags ON run USING gin (tags jsonb_path_ops);

CREATE TABLE run_param (
    run_id uuid NOT NULL,
    key    text NOT NULL,
    value  text NOT NULL,
    CONSTRAINT run_param_pk PRIMARY KEY (run_id, key),
    CONSTRAINT run_param_run_fk FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE
);
