-- Sources on their way from a browser or client to a job, a version or an endpoint, which take a copy of the row.
CREATE TABLE upload (
    id         uuid        NOT NULL,
    namespace  text        NOT NULL,
    file_name  text        NOT NULL,
    kind       text        NOT NULL,
    digest     text        NOT NULL,
    size       bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text        NOT NULL,
    used_at    timestamptz NOT NULL,
    CONSTRAINT upload_pk PRIMARY KEY (id),
    CONSTRAINT upload_kind_known CHECK (kind IN ('SCRIPT', 'NOTEBOOK', 'ARCHIVE'))
);
CREATE INDEX upload_used ON upload (used_at);
