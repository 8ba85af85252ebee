-- How many bytes of artifacts a namespace keeps. Not in its own row: that one is locked to hold quota and has a version that
-- people change it by, and neither has to do with a file more or less.
CREATE TABLE namespace_storage (
    namespace_id uuid   NOT NULL,
    bytes        bigint NOT NULL,
    CONSTRAINT namespace_storage_pk PRIMARY KEY (namespace_id),
    CONSTRAINT namespace_storage_namespace_fk FOREIGN KEY (namespace_id) REFERENCES namespace (id),
    CONSTRAINT namespace_storage_not_negative CHECK (bytes >= 0)
);
INSERT INTO namespace_storage (namespace_id, bytes) SELECT id, storage_bytes FROM namespace;
ALTER TABLE namespace DROP CONSTRAINT namespace_storage_not_negative, DROP COLUMN storage_bytes;
