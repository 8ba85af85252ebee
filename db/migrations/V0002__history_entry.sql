-- What happened, for ever: rows are only added.
CREATE TABLE history_entry (
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    -- The transaction that wrote the row. Readers resume by (tx, seq) and hold back transactions that may still be open:
    -- seq is given before the commit, so by seq alone a reader would miss rows that commit late.
    tx         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at         timestamptz NOT NULL,
    namespace  text,
    kind       text        NOT NULL,
    object_id  uuid        NOT NULL,
    name       text        NOT NULL,
    verb       text        NOT NULL,
    from_value text,
    to_value   text,
    reason     text        NOT NULL,
    actor_kind text        NOT NULL,
    actor      text        NOT NULL,
    via        text        NOT NULL DEFAULT '',
    facts      jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT history_entry_pk PRIMARY KEY (seq)
);
CREATE INDEX history_entry_stream ON history_entry (tx, seq);
CREATE INDEX history_entry_object ON history_entry (object_id, seq DESC);
CREATE INDEX history_entry_namespace ON history_entry (namespace, seq DESC);
CREATE INDEX history_entry_actor ON history_entry (actor, seq DESC);

-- The owner of a table keeps its rights whatever is revoked, so a trigger says no to everybody.
CREATE FUNCTION history_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only';
END $$;
CREATE TRIGGER history_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history_entry
    FOR EACH STATEMENT EXECUTE FUNCTION history_entry_is_append_only();
