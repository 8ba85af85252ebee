-- What the replicas on Kubernetes have said: pods and nodes go, and any server may be asked. One server at a time writes a log.
CREATE TABLE log_keeper (
    name        text        NOT NULL,
    alive_until timestamptz NOT NULL,
    CONSTRAINT log_keeper_pk PRIMARY KEY (name)
);

CREATE TABLE kept_log (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    -- its UID: another pod of the same name is another log
    pod          text    NOT NULL,
    namespace    text    NOT NULL,
    kind         text    NOT NULL,
    workload     text    NOT NULL,
    replica      text    NOT NULL,
    -- bytes from the very beginning; those before start_at were let go
    start_at     bigint  NOT NULL DEFAULT 0,
    end_at       bigint  NOT NULL DEFAULT 0,
    -- when the last line was written; text, because the node counts nanoseconds
    last_line    text    NOT NULL DEFAULT '1970-01-01T00:00:00Z',
    restarts     int     NOT NULL DEFAULT 0,
    ended        boolean NOT NULL DEFAULT false,
    -- its workload was deleted; the row stays so that nobody begins the log anew while the pod is still going
    forgotten_at timestamptz,
    owner        text    NOT NULL,
    CONSTRAINT kept_log_pk PRIMARY KEY (id),
    CONSTRAINT kept_log_pod_unique UNIQUE (pod)
);
CREATE INDEX kept_log_workload ON kept_log (namespace, workload, kind, replica);
CREATE INDEX kept_log_forgotten ON kept_log (forgotten_at) WHERE forgotten_at IS NOT NULL;

CREATE TABLE kept_log_piece (
    log_id   bigint NOT NULL CONSTRAINT kept_log_piece_log_fk REFERENCES kept_log ON DELETE CASCADE,
    start_at bigint NOT NULL,
    bytes    bytea  NOT NULL,
    CONSTRAINT kept_log_piece_pk PRIMARY KEY (log_id, start_at)
);
