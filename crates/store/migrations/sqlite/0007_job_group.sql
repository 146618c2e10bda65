-- Groups of jobs: what is to be done once all of a group have ended. The job that does it has no number in its group.
CREATE TABLE job_groups (
  instance_id  TEXT NOT NULL,
  group_id     TEXT NOT NULL,
  kind         TEXT NOT NULL,
  args         TEXT   NOT NULL,
  priority     INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  rate_key     TEXT,
  PRIMARY KEY (instance_id, group_id)
) STRICT, WITHOUT ROWID;
ALTER TABLE jobs ADD COLUMN group_id TEXT;
ALTER TABLE jobs ADD COLUMN group_number INTEGER;
CREATE INDEX jobs_group ON jobs (instance_id, group_id) WHERE group_id IS NOT NULL;
