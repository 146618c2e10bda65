-- What is done at fixed times: when each is due next. One row for the whole fleet.
CREATE TABLE crons (
  name     TEXT    NOT NULL PRIMARY KEY,
  schedule TEXT    NOT NULL,
  next_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
