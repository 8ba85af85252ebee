-- What the cluster said of workloads, for longer than it remembers it itself (an hour).
CREATE TABLE workload_event (
    uid       text        NOT NULL,
    namespace text        NOT NULL,
    kind      text        NOT NULL,
    workload  text        NOT NULL,
    warning   boolean     NOT NULL,
    reason    text        NOT NULL,
    object    text        NOT NULL,
    message   text        NOT NULL,
    count     integer     NOT NULL CONSTRAINT workload_event_count_positive CHECK (count > 0),
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL,
    CONSTRAINT workload_event_pk PRIMARY KEY (uid)
);
CREATE INDEX workload_event_workload ON workload_event (namespace, kind, workload, last_at DESC, uid DESC);
CREATE INDEX workload_event_last_at ON workload_event (last_at);
