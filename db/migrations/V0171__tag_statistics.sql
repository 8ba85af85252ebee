-- With the usual hundred samples the planner takes one tag in a hundred thousand for one in a hundred now and then, and walks
-- the whole list in its order to find it.
ALTER TABLE model ALTER COLUMN tags SET STATISTICS 1000;
ALTER TABLE model_version ALTER COLUMN tags SET STATISTICS 1000;
ALTER TABLE run ALTER COLUMN tags SET STATISTICS 1000;
