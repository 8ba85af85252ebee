-- What is kept: one row for each file of each owner. The bytes lie in the artifact store under their digest, once
-- however many rows refer to them.
CREATE TABLE artifact (
    owner_kind text        NOT NULL,
    owner_id   uuid        NOT NULL,
    path       text        COLLATE "C" NOT NULL,
    namespace  text        NOT NULL,
    digest     text        NOT NULL,
    size       bigint      NOT NULL,
    media_type text        NOT NULL,
    stored_at  timestamptz NOT NULL,
    CONSTRAINT artifact_pk PRIMARY KEY (owner_kind, owner_id, path),
    CONSTRAINT artifact_path_length CHECK (octet_length(path) BETWEEN 1 AND 512),
    CONSTRAINT artifact_digest_form CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT artifact_size_not_negative CHECK (size >= 0)
);
-- "Does anybody still need these bytes, and does this namespace pay for them already?"
CREATE INDEX artifact_blob ON artifact (digest, namespace);
