-- So that a client that did not hear the answer, and completes its upload again, hears it now.
CREATE TABLE completed_part_upload (
    id           uuid        NOT NULL,
    contents     text        NOT NULL,
    completed_at timestamptz NOT NULL,
    CONSTRAINT completed_part_upload_pk PRIMARY KEY (id)
);
CREATE INDEX completed_part_upload_old ON completed_part_upload (completed_at);
COMMENT ON COLUMN completed_part_upload.contents IS 'digest of what was completed: for whom, where, and of which parts';
