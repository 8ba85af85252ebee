-- A revision that changes nothing of what a replica is made from goes on with the replicas that are there.
-- NULL: its replicas were made for itself.
ALTER TABLE revision_run ADD COLUMN workload_number int;
ALTER TABLE revision_run ADD COLUMN workload_revision_id uuid;
