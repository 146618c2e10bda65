-- Instances whose subscriptions at Stripe are to be told to end, since the app was removed.
CREATE TABLE stripe_endings (
  instance_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  attempts    BIGINT NOT NULL DEFAULT 0,
  next_at     BIGINT NOT NULL
);
CREATE INDEX stripe_endings_due ON stripe_endings (next_at, instance_id);

-- What is deleted by age.
CREATE INDEX notices_settled ON notices (created_at) WHERE state <> 'waiting';
CREATE INDEX stripe_events_settled ON stripe_events (received_at) WHERE state IN ('unknown', 'foreign');
