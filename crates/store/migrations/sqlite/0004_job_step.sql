-- Steps of jobs that are done and not done again, what jobs say of themselves, and since when they run.
CREATE TABLE job_steps (
  instance_id TEXT NOT NULL,
  job_id      TEXT NOT NULL,
  name        TEXT NOT NULL,
  result      TEXT   NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (instance_id, job_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE job_lines (
  instance_id TEXT NOT NULL,
  job_id      TEXT NOT NULL,
  fence       INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  text        TEXT   NOT NULL,
  PRIMARY KEY (instance_id, job_id, fence, number)
) STRICT, WITHOUT ROWID;
ALTER TABLE jobs ADD COLUMN started_at INTEGER;
