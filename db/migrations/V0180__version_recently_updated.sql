-- Versions in the order in which MLflow's clients list them, read off the index whole: of many versions a page is wanted.
DROP INDEX model_version_updated;
CREATE INDEX model_version_updated ON model_version (namespace, updated_at DESC, model_name, number DESC) WHERE status = 'READY';
