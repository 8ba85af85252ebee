-- Where the cluster itself decides how many replicas there are: what it was told, and what it was last seen to do.
ALTER TABLE revision_run ADD COLUMN autoscaler_max int;
ALTER TABLE revision_run ADD CONSTRAINT revision_run_autoscaler_max CHECK (autoscaler_max > 0);
ALTER TABLE endpoint ADD COLUMN cluster_scaling jsonb;
