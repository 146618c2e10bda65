-- Jobs: which others a job stands for, how many workers it has lost, and what operators and the purge look for.
ALTER TABLE jobs ADD COLUMN unique_key TEXT COLLATE "C";
-- 1 holds the key, 2 waits behind the one that does, 0 neither.
ALTER TABLE jobs ADD COLUMN unique_place BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN unique_until BIGINT;
ALTER TABLE jobs ADD COLUMN deaths BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX jobs_unique_once ON jobs (instance_id, unique_key, unique_place) WHERE unique_place > 0;
DROP INDEX jobs_ready;
CREATE INDEX jobs_ready ON jobs (priority, run_at, job_id) WHERE state IN ('scheduled', 'available', 'retryable') AND unique_place < 2;
CREATE INDEX jobs_newest ON jobs (job_id);
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE state IN ('completed', 'cancelled', 'discarded');
