-- Documents of the app's own, by collection.
CREATE TABLE records (
  instance_id TEXT COLLATE "C" NOT NULL,
  collection  TEXT COLLATE "C" NOT NULL,
  record_id   TEXT COLLATE "C" NOT NULL,
  version     BIGINT NOT NULL CHECK (version > 0),
  state       TEXT COLLATE "C" NOT NULL,
  tags        TEXT   NOT NULL,
  search      TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  body        TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (instance_id, collection, record_id)
);
CREATE INDEX records_by_time ON records (instance_id, collection, at, record_id);
CREATE INDEX records_by_state ON records (instance_id, collection, state, at, record_id);
