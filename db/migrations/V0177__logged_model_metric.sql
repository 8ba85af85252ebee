-- What runs have measured of logged models: the newest point of each metric on each data set. '' is no data set.
CREATE TABLE logged_model_metric (
    model_id       uuid             NOT NULL,
    key            text             NOT NULL,
    dataset_name   text             NOT NULL,
    dataset_digest text             NOT NULL,
    run_id         uuid             NOT NULL,
    step           bigint           NOT NULL,
    at             timestamptz      NOT NULL,
    value          double precision NOT NULL,
    CONSTRAINT logged_model_metric_pk PRIMARY KEY (model_id, key, dataset_name, dataset_digest, run_id),
    CONSTRAINT logged_model_metric_model_fk FOREIGN KEY (model_id) REFERENCES logged_model (id) ON DELETE CASCADE,
    CONSTRAINT logged_model_metric_run_fk FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE
);
CREATE INDEX logged_model_metric_run ON logged_model_metric (run_id);
