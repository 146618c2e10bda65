-- What is done at fixed times: when each is due next. One row for the whole fleet.
CREATE TABLE crons (
  name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  schedule TEXT   NOT NULL,
  next_at  BIGINT NOT NULL
);
