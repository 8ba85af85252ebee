-- Decisions that changed a number of replicas, each with its numbers.
CREATE TABLE scaling_decision (
    id            uuid             NOT NULL,
    endpoint_id   uuid             NOT NULL,
    at            timestamptz      NOT NULL,
    from_replicas int              NOT NULL,
    to_replicas   int              NOT NULL,
    measured      double precision NOT NULL,
    target        double precision NOT NULL,
    burst         boolean          NOT NULL,
    sentence      text             NOT NULL,
    CONSTRAINT scaling_decision_pk PRIMARY KEY (id),
    CONSTRAINT scaling_decision_endpoint FOREIGN KEY (endpoint_id) REFERENCES endpoint (id)
);
CREATE INDEX scaling_decision_newest ON scaling_decision (endpoint_id, id DESC);
