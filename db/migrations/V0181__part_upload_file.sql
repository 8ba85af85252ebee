ALTER TABLE part_upload ADD COLUMN file text;
COMMENT ON COLUMN part_upload.file IS 'for whom and where it was begun; null where that was before this was kept';
