-- People, teams, and what a team may hold.
CREATE TABLE app_user (
    id             uuid        NOT NULL,
    version        bigint      NOT NULL,
    name           text        NOT NULL,
    display_name   text        NOT NULL,
    -- null: cannot sign in with a password (a service account)
    password_hash  text,
    platform_admin boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     text        NOT NULL,
    disabled_at    timestamptz,
    CONSTRAINT app_user_pk PRIMARY KEY (id),
    CONSTRAINT app_user_name_unique UNIQUE (name)
);

CREATE TABLE namespace (
    id            uuid        NOT NULL,
    version       bigint      NOT NULL,
    name          text        NOT NULL,
    description   text        NOT NULL,
    limits        jsonb       NOT NULL,
    storage_bytes bigint      NOT NULL DEFAULT 0
        CONSTRAINT namespace_storage_not_negative CHECK (storage_bytes >= 0),
    created_at    timestamptz NOT NULL,
    created_by    text        NOT NULL,
    deleted_at    timestamptz,
    CONSTRAINT namespace_pk PRIMARY KEY (id)
);
CREATE UNIQUE INDEX namespace_name_unique ON namespace (name) WHERE deleted_at IS NULL;

CREATE TABLE member (
    namespace_id uuid        NOT NULL CONSTRAINT member_namespace_fk REFERENCES namespace,
    user_id      uuid        NOT NULL CONSTRAINT member_user_fk REFERENCES app_user,
    role         text        NOT NULL
        CONSTRAINT member_role_known CHECK (role IN ('VIEWER', 'EDITOR', 'DEPLOYER', 'ADMIN')),
    since        timestamptz NOT NULL,
    CONSTRAINT member_pk PRIMARY KEY (namespace_id, user_id)
);
CREATE INDEX member_user ON member (user_id);

CREATE TABLE api_token (
    id           uuid        NOT NULL,
    version      bigint      NOT NULL,
    user_id      uuid        NOT NULL CONSTRAINT api_token_user_fk REFERENCES app_user,
    name         text        NOT NULL,
    -- first characters, so that its owner can tell it from others
    hint         text        NOT NULL,
    hash         bytea       NOT NULL,
    scope        text        NOT NULL
        CONSTRAINT api_token_scope_known CHECK (scope IN ('INVOKE', 'READ', 'WRITE', 'DEPLOY', 'ADMIN')),
    namespace    text,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_token_pk PRIMARY KEY (id),
    CONSTRAINT api_token_hash_unique UNIQUE (hash)
);
CREATE INDEX api_token_user ON api_token (user_id);

-- The ledger: one row for everything that holds a part of a namespace's quota now.
CREATE TABLE quota_hold (
    holder       uuid   NOT NULL,
    namespace_id uuid   NOT NULL CONSTRAINT quota_hold_namespace_fk REFERENCES namespace,
    kind         text   NOT NULL,
    name         text   NOT NULL,
    resources    jsonb  NOT NULL,
    jobs         int    NOT NULL,
    endpoints    int    NOT NULL,
    CONSTRAINT quota_hold_pk PRIMARY KEY (holder)
);
CREATE INDEX quota_hold_namespace ON quota_hold (namespace_id);

-- One key per installation, for the tokens of running workloads.
CREATE TABLE signing_key (
    name text  NOT NULL,
    key  bytea NOT NULL,
    CONSTRAINT signing_key_pk PRIMARY KEY (name)
);
