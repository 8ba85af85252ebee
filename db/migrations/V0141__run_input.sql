-- The data sets that a run has read, as its client describes them.
CREATE TABLE run_input (
    run_id      uuid  NOT NULL,
    name        text  NOT NULL,
    digest      text  NOT NULL,
    source_type text  NOT NULL,
    source      text  NOT NULL,
    schema      text,
    profile     text,
    tags        jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT run_input_pk PRIMARY KEY (run_id, name, digest),
    CONSTRAINT run_input_run_fk FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE
);
