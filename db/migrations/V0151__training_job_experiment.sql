-- The experiment that a job's program is told: the same at each attempt, whatever it is called meanwhile.
ALTER TABLE training_job ADD COLUMN experiment bigint NOT NULL DEFAULT 0;
