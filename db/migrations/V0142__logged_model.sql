-- Models that runs have written, before and beside their being registered; and which run wrote or used which.
CREATE TABLE logged_model (
    id            uuid        NOT NULL,
    namespace     text        NOT NULL,
    experiment    bigint      NOT NULL,
    name          text        NOT NULL,
    model_type    text        NOT NULL,
    source_run_id uuid,
    status        text        NOT NULL,
    tags          jsonb       NOT NULL DEFAULT '{}',
    params        jsonb       NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL,
    created_by    text        NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz,
    CONSTRAINT logged_model_pk PRIMARY KEY (id),
    CONSTRAINT logged_model_status_known CHECK (status IN ('PENDING', 'READY', 'UPLOAD_FAILED')),
    CONSTRAINT logged_model_experiment_fk FOREIGN KEY (namespace, experiment) REFERENCES experiment (namespace, number),
    CONSTRAINT logged_model_run_fk FOREIGN KEY (source_run_id) REFERENCES run (id) ON DELETE SET NULL
);
CREATE INDEX logged_model_experiment ON logged_model (namespace, experiment, created_at DESC, id DESC);
CREATE INDEX logged_model_run ON logged_model (source_run_id);

CREATE TABLE run_output (
    run_id   uuid   NOT NULL,
    model_id uuid   NOT NULL,
    step     bigint NOT NULL,
    CONSTRAINT run_output_pk PRIMARY KEY (run_id, model_id),
    CONSTRAINT run_output_run_fk FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE,
    CONSTRAINT run_output_model_fk FOREIGN KEY (model_id) REFERENCES logged_model (id) ON DELETE CASCADE
);
