-- How many replicas were wanted when the rollout began.
ALTER TABLE endpoint
    ADD COLUMN held_replicas int NOT NULL DEFAULT 0,
    ADD CONSTRAINT endpoint_held_replicas CHECK (held_replicas >= 0);
