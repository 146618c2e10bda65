-- Steps of jobs that are done and not done again, what jobs say of themselves, and since when they run.
CREATE TABLE job_steps (
  instance_id TEXT COLLATE "C" NOT NULL,
  job_id      TEXT COLLATE "C" NOT NULL,
  name        TEXT COLLATE "C" NOT NULL,
  result      TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (instance_id, job_id, name)
);
CREATE TABLE job_lines (
  instance_id TEXT COLLATE "C" NOT NULL,
  job_id      TEXT COLLATE "C" NOT NULL,
  fence       BIGINT NOT NULL,
  number      BIGINT NOT NULL,
  at          BIGINT NOT NULL,
  text        TEXT   NOT NULL,
  PRIMARY KEY (instance_id, job_id, fence, number)
);
ALTER TABLE jobs ADD COLUMN started_at BIGINT;
