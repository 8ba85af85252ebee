-- The catalog: models, their numbered versions, and movable aliases.
CREATE TABLE model (
    id           uuid        NOT NULL,
    version      bigint      NOT NULL,
    namespace    text        NOT NULL,
    name         text        NOT NULL,
    description  text        NOT NULL,
    tags         jsonb       NOT NULL DEFAULT '{}',
    -- The number given last; numbers are never used again. Whoever takes the next one holds the row's lock.
    last_version int         NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL,
    updated_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    CONSTRAINT model_pk PRIMARY KEY (id)
);
CREATE UNIQUE INDEX model_name_unique ON model (namespace, name) WHERE deleted_at IS NULL;
CREATE INDEX model_list ON model (namespace, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX model_tags ON model USING gin (tags jsonb_path_ops);

CREATE TABLE model_version (
    id           uuid        NOT NULL,
    version      bigint      NOT NULL,
    model_id     uuid        NOT NULL,
    number       int         NOT NULL,
    status       text        NOT NULL,
    description  text        NOT NULL,
    tags         jsonb       NOT NULL DEFAULT '{}',
    flavour      text        NOT NULL,
    source       jsonb       NOT NULL,
    parameters   jsonb       NOT NULL DEFAULT '{}',
    metrics      jsonb       NOT NULL DEFAULT '{}',
    requirements jsonb       NOT NULL DEFAULT '[]',
    files        int         NOT NULL,
    size         bigint      NOT NULL,
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL,
    deleted_at   timestamptz,
    CONSTRAINT model_version_pk PRIMARY KEY (id),
    CONSTRAINT model_version_number_unique UNIQUE (model_id, number),
    CONSTRAINT model_version_model_fk FOREIGN KEY (model_id) REFERENCES model (id),
    CONSTRAINT model_version_status_known CHECK (status IN ('READY', 'DELETED')),
    CONSTRAINT model_version_number_positive CHECK (number > 0)
);
CREATE INDEX model_version_tags ON model_version USING gin (tags jsonb_path_ops);
