-- Objects in the cluster's namespace that carry the platform's labels without being its own: a sentence for each.
ALTER TABLE namespace
    ADD COLUMN set_aside jsonb NOT NULL DEFAULT '[]';
