-- Jobs and their attempts. What was asked (spec) is never changed; the rest is what was found.
CREATE TABLE training_job (
    id            uuid        NOT NULL,
    version       bigint      NOT NULL,
    namespace_id  uuid        NOT NULL,
    namespace     text        NOT NULL,
    name          text        NOT NULL,
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    spec          jsonb       NOT NULL,
    labels        jsonb       NOT NULL,
    status        text        NOT NULL,
    reason_code   text,
    sentence      text        NOT NULL,
    admitted_at   timestamptz,
    started_at    timestamptz,
    finished_at   timestamptz,
    unknown_since timestamptz,
    stop_sentence text,
    rerun_of      text,
    run_id        uuid,
    CONSTRAINT training_job_pk PRIMARY KEY (id),
    CONSTRAINT training_job_name_once UNIQUE (namespace_id, name),
    CONSTRAINT training_job_status_known
        CHECK (status IN ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING', 'SUCCEEDED', 'FAILED', 'CANCELLED'))
);
-- Ids sort by age: a page of a list is a range of this index, whatever the namespace has gathered.
CREATE INDEX training_job_list ON training_job (namespace_id, id DESC);
CREATE INDEX training_job_by_status ON training_job (namespace_id, status, id DESC);
-- The queue and "what runs": small, however many jobs have ended.
CREATE INDEX training_job_active ON training_job (namespace_id, id)
    WHERE status IN ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING');
CREATE INDEX training_job_labels ON training_job USING gin (labels jsonb_path_ops);

CREATE TABLE job_attempt (
    id                uuid        NOT NULL,
    version           bigint      NOT NULL,
    job_id            uuid        NOT NULL,
    number            int         NOT NULL,
    workload          text        NOT NULL,
    created_at        timestamptz NOT NULL,
    started_at        timestamptz,
    ended_at          timestamptz,
    exit_code         int,
    reason_code       text,
    sentence          text        NOT NULL,
    peak_memory_bytes bigint      NOT NULL,
    stages            jsonb       NOT NULL,
    log_start         bigint      NOT NULL,
    log_end           bigint,
    cleared           boolean     NOT NULL,
    CONSTRAINT job_attempt_pk PRIMARY KEY (id),
    CONSTRAINT job_attempt_number_once UNIQUE (job_id, number),
    CONSTRAINT job_attempt_job_fk FOREIGN KEY (job_id) REFERENCES training_job (id)
);
-- Hints of the cluster name workloads.
CREATE INDEX job_attempt_workload ON job_attempt (workload) WHERE NOT cleared;
