-- Runs belong to experiments, numbered in their namespace: 0 is the one for whoever names none, and nobody learns from a
-- number how many others have.
CREATE TABLE experiment (
    namespace  text        NOT NULL,
    number     bigint      NOT NULL,
    name       text        NOT NULL,
    tags       jsonb       NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    created_by text        NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT experiment_pk PRIMARY KEY (namespace, number),
    CONSTRAINT experiment_name_unique UNIQUE (namespace, name),
    CONSTRAINT experiment_number_not_negative CHECK (number >= 0)
);
INSERT INTO experiment (namespace, number, name, created_at, created_by, updated_at)
SELECT namespace, 0, 'Default', min(started_at), 'platform', min(started_at) FROM run GROUP BY namespace;

ALTER TABLE run ADD COLUMN experiment bigint NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN deleted_at timestamptz;
ALTER TABLE run DROP CONSTRAINT run_status_known;
ALTER TABLE run ADD CONSTRAINT run_status_known
    CHECK (status IN ('SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'));
ALTER TABLE run ADD CONSTRAINT run_experiment_fk FOREIGN KEY (namespace, experiment) REFERENCES experiment (namespace, number);
-- The order that runs are listed in unless somebody asks for another.
CREATE INDEX run_experiment ON run (namespace, experiment, started_at DESC, id DESC);
