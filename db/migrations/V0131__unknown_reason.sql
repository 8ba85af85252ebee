-- Why nothing is known of a job or endpoint: null while something is.
ALTER TABLE training_job ADD COLUMN unknown_reason text;
ALTER TABLE endpoint ADD COLUMN unknown_reason text;
