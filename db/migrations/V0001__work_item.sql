-- Work that is due: one row an object, claimed by row lock and lease (docs/reconcile.md).
CREATE TABLE work_item (
    kind        text        NOT NULL,
    id          uuid        NOT NULL,
    due_at      timestamptz NOT NULL,
    hints       bigint      NOT NULL DEFAULT 0,
    owner       text,
    lease_until timestamptz,
    failures    int         NOT NULL DEFAULT 0,
    fault       text        NOT NULL DEFAULT '',
    CONSTRAINT work_item_pk PRIMARY KEY (kind, id)
);
CREATE INDEX work_item_due ON work_item (due_at);
