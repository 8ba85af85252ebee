-- Which of several clusters a namespace is in; chosen once.
ALTER TABLE namespace ADD COLUMN cluster text NOT NULL DEFAULT 'default';
