-- Why an endpoint is not where the alias points that it follows; empty while nothing speaks against it.
ALTER TABLE endpoint ADD COLUMN alias_refused text NOT NULL DEFAULT '';
