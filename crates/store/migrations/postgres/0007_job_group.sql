-- Groups of jobs: what is to be done once all of a group have ended. The job that does it has no number in its group.
CREATE TABLE job_groups (
  instance_id  TEXT COLLATE "C" NOT NULL,
  group_id     TEXT COLLATE "C" NOT NULL,
  kind         TEXT COLLATE "C" NOT NULL,
  args         TEXT   NOT NULL,
  priority     BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL,
  rate_key     TEXT COLLATE "C",
  PRIMARY KEY (instance_id, group_id)
);
ALTER TABLE jobs ADD COLUMN group_id TEXT COLLATE "C";
ALTER TABLE jobs ADD COLUMN group_number BIGINT;
CREATE INDEX jobs_group ON jobs (instance_id, group_id) WHERE group_id IS NOT NULL;
