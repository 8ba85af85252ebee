-- Any file may be taken in, for a command to use; only programs were before.
ALTER TABLE upload DROP CONSTRAINT upload_kind_known;
ALTER TABLE upload ADD CONSTRAINT upload_kind_known CHECK (kind IN ('SCRIPT', 'NOTEBOOK', 'ARCHIVE', 'FILE'));
