-- Documents of the app's own, by collection.
CREATE TABLE records (
  instance_id TEXT NOT NULL,
  collection  TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  version     INTEGER NOT NULL CHECK (version > 0),
  state       TEXT NOT NULL,
  tags        TEXT   NOT NULL,
  search      TEXT   NOT NULL,
  at          INTEGER NOT NULL,
  body        TEXT   NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  PRIMARY KEY (instance_id, collection, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_time ON records (instance_id, collection, at, record_id);
CREATE INDEX records_by_state ON records (instance_id, collection, state, at, record_id);
