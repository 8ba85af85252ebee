-- Uploads in parts from their beginning: parts are taken for those alone that were begun here, and no more than were announced.
CREATE TABLE part_upload (
    id         uuid        NOT NULL,
    namespace  text        NOT NULL,
    parts      integer     NOT NULL,
    contents   text,
    changed_at timestamptz NOT NULL,
    CONSTRAINT part_upload_pk PRIMARY KEY (id)
);
CREATE INDEX part_upload_old ON part_upload (changed_at);
COMMENT ON COLUMN part_upload.parts IS 'how many were announced';
COMMENT ON COLUMN part_upload.contents IS 'digest of what was completed: for whom, where, and of which parts; null until then';
COMMENT ON COLUMN part_upload.changed_at IS 'when it was begun or completed';
DROP TABLE completed_part_upload;
