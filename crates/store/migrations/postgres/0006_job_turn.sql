-- Whose turn it is: an instance that adds many jobs at once does not keep the others waiting. Rates are kept for the whole fleet.
ALTER TABLE jobs ADD COLUMN turn_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN rate_key TEXT COLLATE "C";
-- Whether its time was given to it by its rate, so that it is not asked again.
ALTER TABLE jobs ADD COLUMN rate_passed BIGINT NOT NULL DEFAULT 0;
UPDATE jobs SET turn_at = run_at;
DROP INDEX jobs_ready;
CREATE INDEX jobs_ready ON jobs (priority, turn_at, job_id) WHERE state = 'available' AND unique_place < 2;
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE state IN ('scheduled', 'retryable') AND unique_place < 2;
CREATE INDEX jobs_turns ON jobs (instance_id, turn_at) WHERE state = 'available';
CREATE INDEX jobs_running ON jobs (instance_id) WHERE state = 'running';
-- When the next job of each rate may begin. The row without a name is what claims under limits wait for in turn.
CREATE TABLE job_rates (
  rate_key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  free_at  BIGINT NOT NULL
);
INSERT INTO job_rates (rate_key, free_at) VALUES ('', 0);
