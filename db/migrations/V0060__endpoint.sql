-- Endpoints, their immutable revisions, what runs of them, and what served when.
CREATE TABLE endpoint (
    id                  uuid        NOT NULL,
    version             bigint      NOT NULL,
    namespace           text        NOT NULL,
    name                text        NOT NULL,
    created_at          timestamptz NOT NULL,
    created_by          text        NOT NULL,
    -- wanted by users
    description         text        NOT NULL DEFAULT '',
    labels              jsonb       NOT NULL DEFAULT '{}',
    access              text        NOT NULL,
    generation          bigint      NOT NULL,
    last_revision       int         NOT NULL,
    stopped_by          text        NOT NULL DEFAULT '',
    -- wanted by autoscaling
    autoscaled_replicas int,
    -- the rollout
    rollout_state       text        NOT NULL,
    target_revision     int         NOT NULL,
    stable_revision     int,
    rollout_started_at  timestamptz NOT NULL,
    progress_mark       int,
    progress_at         timestamptz NOT NULL,
    returned            text        NOT NULL DEFAULT '',
    returned_by_itself  boolean     NOT NULL DEFAULT false,
    -- seen by the reconciler
    phase               text        NOT NULL,
    reason              text        NOT NULL DEFAULT '',
    message             text        NOT NULL DEFAULT '',
    wanted_replicas     int         NOT NULL DEFAULT 0,
    ready_replicas      int         NOT NULL DEFAULT 0,
    replicas            jsonb       NOT NULL DEFAULT '[]',
    waiting_for         text        NOT NULL DEFAULT '',
    phase_since         timestamptz NOT NULL,
    deleted_at          timestamptz,
    CONSTRAINT endpoint_pk PRIMARY KEY (id),
    CONSTRAINT endpoint_autoscaled_not_negative CHECK (autoscaled_replicas >= 0)
);
CREATE UNIQUE INDEX endpoint_name ON endpoint (namespace, name) WHERE deleted_at IS NULL;

CREATE TABLE endpoint_revision (
    id               uuid        NOT NULL,
    endpoint_id      uuid        NOT NULL,
    number           int         NOT NULL,
    spec             jsonb       NOT NULL,
    spec_digest      text        NOT NULL,
    model_version_id uuid,
    author           text        NOT NULL,
    via              text        NOT NULL DEFAULT '',
    reason           text        NOT NULL,
    copied_from      int,
    created_at       timestamptz NOT NULL,
    CONSTRAINT endpoint_revision_pk PRIMARY KEY (id),
    CONSTRAINT endpoint_revision_endpoint FOREIGN KEY (endpoint_id) REFERENCES endpoint (id),
    CONSTRAINT endpoint_revision_number UNIQUE (endpoint_id, number)
);
CREATE INDEX endpoint_revision_model_version ON endpoint_revision (model_version_id) WHERE model_version_id IS NOT NULL;

CREATE FUNCTION endpoint_revision_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a revision never changes';
END $$;
CREATE TRIGGER endpoint_revision_immutable BEFORE UPDATE ON endpoint_revision
    FOR EACH STATEMENT EXECUTE FUNCTION endpoint_revision_is_immutable();

CREATE TABLE revision_run (
    revision_id     uuid    NOT NULL,
    endpoint_id     uuid    NOT NULL,
    number          int     NOT NULL,
    wanted_replicas int     NOT NULL,
    live            boolean NOT NULL,
    CONSTRAINT revision_run_pk PRIMARY KEY (revision_id),
    CONSTRAINT revision_run_revision FOREIGN KEY (revision_id) REFERENCES endpoint_revision (id),
    CONSTRAINT revision_run_wanted_not_negative CHECK (wanted_replicas >= 0)
);
CREATE INDEX revision_run_live ON revision_run (endpoint_id, number) WHERE live;

CREATE TABLE revision_activation (
    endpoint_id uuid        NOT NULL,
    revision    int         NOT NULL,
    from_at     timestamptz NOT NULL,
    to_at       timestamptz,
    CONSTRAINT revision_activation_pk PRIMARY KEY (endpoint_id, revision, from_at),
    CONSTRAINT revision_activation_revision FOREIGN KEY (endpoint_id, revision)
        REFERENCES endpoint_revision (endpoint_id, number)
);
CREATE UNIQUE INDEX revision_activation_open ON revision_activation (endpoint_id, revision) WHERE to_at IS NULL;
