-- Instances: identity, the cached sums of their books, and their subscription.
CREATE TABLE instances (
  instance_id        TEXT   NOT NULL PRIMARY KEY,
  created_at         INTEGER NOT NULL,
  installed_at       INTEGER,
  removed_at         INTEGER,
  origin_instance_id TEXT,
  promo              INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_promo_not_negative CHECK (promo >= 0),
  plan               INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_plan_not_negative CHECK (plan >= 0),
  purchased          INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_purchased_not_negative CHECK (purchased >= 0),
  held               INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_held_not_negative CHECK (held >= 0),
  spent              INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_spent_not_negative CHECK (spent >= 0),
  expired            INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_expired_not_negative CHECK (expired >= 0),
  debt               INTEGER NOT NULL DEFAULT 0 CONSTRAINT instances_debt_not_negative CHECK (debt >= 0),
  seq                INTEGER NOT NULL DEFAULT 0,
  head               TEXT   NOT NULL,
  subscription       TEXT,
  resets             TEXT,
  due_at             INTEGER,
  last_webhook_at    INTEGER,
  reconciled_at      INTEGER,
  -- How often Wix was asked in a row without confirming what is due.
  asks               INTEGER NOT NULL DEFAULT 0,
  -- When the personal data of the site was deleted; the row stays, so that nothing is given twice.
  deleted_at         INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX instances_due ON instances (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX instances_asked ON instances (coalesce(reconciled_at, created_at));

-- Facts: what Wix told us, once each, for ever.
CREATE TABLE facts (
  instance_id TEXT   NOT NULL,
  fact_key    TEXT   NOT NULL,
  event_type  TEXT   NOT NULL,
  happened_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  kind        TEXT,
  payload     TEXT   NOT NULL,
  state       TEXT   NOT NULL CONSTRAINT facts_state_known CHECK (state IN ('new', 'done', 'parked')),
  reason      TEXT,
  PRIMARY KEY (instance_id, fact_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX facts_new ON facts (received_at, instance_id) WHERE state = 'new';
CREATE INDEX facts_parked ON facts (received_at, instance_id) WHERE state = 'parked';

-- Deliveries: every arrival of a webhook, duplicates too.
CREATE TABLE deliveries (
  instance_id TEXT   NOT NULL,
  delivery_id TEXT   NOT NULL,
  fact_key    TEXT   NOT NULL,
  event_type  TEXT   NOT NULL,
  received_at INTEGER NOT NULL,
  duplicate   INTEGER NOT NULL,
  PRIMARY KEY (instance_id, delivery_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_newest ON deliveries (delivery_id);

-- The business keys that were used, for ever.
CREATE TABLE business_keys (
  instance_id  TEXT   NOT NULL,
  business_key TEXT   NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (instance_id, business_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  instance_id     TEXT   NOT NULL,
  grant_id        TEXT   NOT NULL,
  business_key    TEXT   NOT NULL,
  pool            TEXT   NOT NULL,
  source          TEXT   NOT NULL,
  amount          INTEGER NOT NULL CONSTRAINT grants_amount_positive CHECK (amount > 0 OR (amount = 0 AND source = 'carried')),
  remaining       INTEGER NOT NULL CONSTRAINT grants_remaining_in_range CHECK (remaining >= 0 AND closed >= 0 AND remaining + closed <= amount),
  closed          INTEGER NOT NULL DEFAULT 0,
  plan_id         TEXT,
  catalog_version TEXT   NOT NULL,
  effective_at    INTEGER NOT NULL,
  expires_at      INTEGER,
  taken_back      INTEGER NOT NULL,
  rules           TEXT   NOT NULL,
  PRIMARY KEY (instance_id, grant_id),
  CONSTRAINT grants_business_key_once UNIQUE (instance_id, business_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  instance_id TEXT   NOT NULL,
  hold_id     TEXT   NOT NULL,
  hold_key    TEXT   NOT NULL,
  action      TEXT   NOT NULL,
  amount      INTEGER NOT NULL CONSTRAINT holds_amount_positive CHECK (amount > 0),
  posted      INTEGER NOT NULL CONSTRAINT holds_posted_in_range CHECK (posted >= 0 AND posted <= amount),
  draws       TEXT   NOT NULL,
  state       TEXT   NOT NULL CONSTRAINT holds_state_known CHECK (state IN ('open', 'posted', 'voided', 'expired')),
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,
  PRIMARY KEY (instance_id, hold_id),
  CONSTRAINT holds_key_once UNIQUE (instance_id, hold_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_overdue ON holds (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;

-- The books. Rows are never changed or removed: see the triggers below.
CREATE TABLE entries (
  instance_id     TEXT   NOT NULL,
  seq             INTEGER NOT NULL,
  entry_id        TEXT   NOT NULL,
  debit           TEXT   NOT NULL,
  credit          TEXT   NOT NULL,
  amount          INTEGER NOT NULL CONSTRAINT entries_amount_positive CHECK (amount > 0),
  code            TEXT   NOT NULL,
  business_key    TEXT   NOT NULL,
  hold_id         TEXT,
  actor           TEXT   NOT NULL,
  reason          TEXT   NOT NULL,
  fact_key        TEXT,
  available_after INTEGER NOT NULL CONSTRAINT entries_available_not_negative CHECK (available_after >= 0),
  created_at      INTEGER NOT NULL,
  hash            TEXT   NOT NULL,
  PRIMARY KEY (instance_id, seq),
  CONSTRAINT entries_business_key_once UNIQUE (instance_id, business_key)
) STRICT, WITHOUT ROWID;

-- Which pool an entry touches is read off its accounts; both indexes end in the order in which a history is read.
CREATE INDEX entries_by_time ON entries (instance_id, created_at, seq);
CREATE INDEX entries_by_kind ON entries (instance_id, code, (CASE WHEN substr(credit, 1, 10) = 'available:' THEN substr(credit, 11) WHEN substr(debit, 1, 10) = 'available:' THEN substr(debit, 11) ELSE '' END), created_at, seq);

-- The stored answers of idempotency keys.
CREATE TABLE replies (
  instance_id  TEXT   NOT NULL,
  reply_key    TEXT   NOT NULL,
  request_hash TEXT   NOT NULL,
  status       INTEGER NOT NULL,
  body         TEXT   NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (instance_id, reply_key)
) STRICT, WITHOUT ROWID;

-- How many instances have redeemed a promo code that has a limit, and which.
CREATE TABLE promos (
  code    TEXT NOT NULL PRIMARY KEY,
  claimed INTEGER NOT NULL CONSTRAINT promos_claimed_not_negative CHECK (claimed >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE promo_claims (
  code        TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (code, instance_id)
) STRICT, WITHOUT ROWID;

-- When somebody last kept this database; one row.
CREATE TABLE signs_of_life (
  name TEXT   NOT NULL PRIMARY KEY,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkouts (
  instance_id   TEXT   NOT NULL,
  checkout_id   TEXT   NOT NULL,
  plan_id       TEXT   NOT NULL,
  billing_cycle TEXT   NOT NULL,
  url           TEXT   NOT NULL,
  state         TEXT   NOT NULL CONSTRAINT checkouts_state_known CHECK (state IN ('open', 'completed', 'expired', 'dismissed')),
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  completed_at  INTEGER,
  PRIMARY KEY (instance_id, checkout_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkouts_open ON checkouts (instance_id, created_at) WHERE state = 'open';

CREATE TABLE jobs (
  instance_id      TEXT   NOT NULL,
  job_id           TEXT   NOT NULL,
  kind             TEXT   NOT NULL,
  args             TEXT   NOT NULL,
  state            TEXT   NOT NULL CONSTRAINT jobs_state_known CHECK (state IN ('scheduled', 'available', 'running', 'retryable', 'completed', 'cancelled', 'discarded')),
  priority         INTEGER NOT NULL,
  attempt          INTEGER NOT NULL DEFAULT 0,
  max_attempts     INTEGER NOT NULL,
  fence            INTEGER NOT NULL DEFAULT 0,
  run_at           INTEGER NOT NULL,
  worker           TEXT,
  lease_until      INTEGER,
  hold_id          TEXT,
  progress_percent INTEGER NOT NULL DEFAULT 0,
  progress_step    TEXT,
  result           TEXT,
  error            TEXT,
  created_at       INTEGER NOT NULL,
  finished_at      INTEGER,
  PRIMARY KEY (instance_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_ready ON jobs (priority, run_at, job_id) WHERE state IN ('scheduled', 'available', 'retryable');
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries_are_immutable: ledger entries are never changed'); END;
CREATE TRIGGER entries_are_not_removed BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries_are_immutable: ledger entries are never removed'); END;

-- Where instances buy their plans, once that is settled; the configuration's default stands for the others.
CREATE TABLE billing_sources (
  instance_id TEXT   NOT NULL PRIMARY KEY,
  source      TEXT   NOT NULL CONSTRAINT billing_sources_source_known CHECK (source IN ('wix', 'stripe', 'none')),
  changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whose an id of Stripe's is. Keyed by that id, unlike all else: an event that names no instance is looked up by it.
CREATE TABLE stripe_links (
  stripe_id   TEXT   NOT NULL PRIMARY KEY,
  instance_id TEXT   NOT NULL,
  invoice_id  TEXT,
  linked_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stripe_links_instance ON stripe_links (instance_id, linked_at);

-- Events of Stripe that wait until it is known whose they are.
CREATE TABLE stripe_events (
  event_id    TEXT   NOT NULL PRIMARY KEY,
  event_type  TEXT   NOT NULL,
  payload     TEXT   NOT NULL,
  received_at INTEGER NOT NULL,
  state       TEXT   NOT NULL CONSTRAINT stripe_events_state_known CHECK (state IN ('waiting', 'unknown', 'foreign', 'parked')),
  reason      TEXT,
  asks        INTEGER NOT NULL DEFAULT 0,
  ask_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stripe_events_waiting ON stripe_events (received_at, event_id) WHERE state = 'waiting';

-- Who wants to be written to, about what, and up to where that was looked at.
CREATE TABLE notice_settings (
  instance_id       TEXT   NOT NULL PRIMARY KEY,
  address           TEXT,
  language          TEXT   NOT NULL,
  kinds             TEXT   NOT NULL,
  seen_seq          INTEGER NOT NULL,
  seen_subscription TEXT,
  changed_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox: what is to be written, once each.
CREATE TABLE notices (
  instance_id TEXT   NOT NULL,
  notice_key  TEXT   NOT NULL,
  content     TEXT   NOT NULL,
  state       TEXT   NOT NULL CONSTRAINT notices_state_known CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  next_at     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  error       TEXT,
  PRIMARY KEY (instance_id, notice_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_waiting ON notices (next_at, instance_id, notice_key) WHERE state = 'waiting';
CREATE INDEX notices_recent ON notices (instance_id, created_at);
