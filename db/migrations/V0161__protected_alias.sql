-- Aliases that nobody moves alone, and who asked for what with them.
CREATE TABLE protected_alias (
    model_id uuid        NOT NULL,
    alias    text        NOT NULL,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    CONSTRAINT protected_alias_pk PRIMARY KEY (model_id, alias),
    CONSTRAINT protected_alias_model_fk FOREIGN KEY (model_id) REFERENCES model (id)
);

CREATE TABLE alias_request (
    id          uuid        NOT NULL,
    model_id    uuid        NOT NULL,
    alias       text        NOT NULL,
    -- Where the alias pointed and is to point; null: nowhere.
    from_number int,
    to_number   int,
    reason      text        NOT NULL,
    asked_at    timestamptz NOT NULL,
    -- The person, however they came in: who may not approve it.
    asked_by    text        NOT NULL,
    asked_via   text        NOT NULL,
    status      text        NOT NULL,
    decided_at  timestamptz,
    decided_by  text,
    answer      text        NOT NULL DEFAULT '',
    CONSTRAINT alias_request_pk PRIMARY KEY (id),
    CONSTRAINT alias_request_model_fk FOREIGN KEY (model_id) REFERENCES model (id),
    CONSTRAINT alias_request_status_known CHECK (status IN ('WAITING', 'APPROVED', 'DECLINED', 'VOID')),
    CONSTRAINT alias_request_second_person CHECK (status <> 'APPROVED' OR decided_by <> asked_by)
);
-- Asking for the same again is the same request.
CREATE UNIQUE INDEX alias_request_once ON alias_request (model_id, alias, coalesce(to_number, 0)) WHERE status = 'WAITING';
CREATE INDEX alias_request_model ON alias_request (model_id, id DESC);
