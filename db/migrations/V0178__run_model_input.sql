-- Which logged models a run has read, to evaluate them for example.
CREATE TABLE run_model_input (
    run_id   uuid NOT NULL,
    model_id uuid NOT NULL,
    CONSTRAINT run_model_input_pk PRIMARY KEY (run_id, model_id),
    CONSTRAINT run_model_input_run_fk FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE,
    CONSTRAINT run_model_input_model_fk FOREIGN KEY (model_id) REFERENCES logged_model (id) ON DELETE CASCADE
);
