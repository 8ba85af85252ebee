-- One row for each (run, key): gives the pair a short number for its points, and keeps the latest value beside, so that
-- lists of runs never touch the points.
CREATE TABLE metric_series (
    id     bigint GENERATED ALWAYS AS IDENTITY,
    run_id uuid             NOT NULL,
    key    text             NOT NULL,
    points bigint           NOT NULL DEFAULT 0,
    step   bigint,
    at     timestamptz,
    value  double precision,
    CONSTRAINT metric_series_pk PRIMARY KEY (id),
    CONSTRAINT metric_series_run_key UNIQUE (run_id, key),
    CONSTRAINT metric_series_run_fk FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE
) WITH (fillfactor = 80);

-- Every point ever logged: 32 bytes of data, no nullable column, nothing but the key.
--
-- Why a btree and not BRIN: runs write at the same time, so the points of one series lie scattered over the heap, and a
-- BRIN of (series_id, step) would send the reader of one curve through most of the table. This one btree serves three
-- purposes: a point that is sent twice is one point (the launcher repeats calls), a curve is read in its order from
-- the index alone, and the points of a deleted run are found. There is no second index and no foreign key, which would cost
-- a look-up for each point; whoever deletes a run deletes its points first.
CREATE TABLE metric_point (
    series_id bigint           NOT NULL,
    step      bigint           NOT NULL,
    at        timestamptz      NOT NULL,
    value     double precision NOT NULL,
    CONSTRAINT metric_point_pk PRIMARY KEY (series_id, step, at, value)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
