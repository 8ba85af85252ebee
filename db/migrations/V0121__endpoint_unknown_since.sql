-- While the cluster does not answer, what is known of an endpoint is what was known then.
ALTER TABLE endpoint ADD COLUMN unknown_since timestamptz;
