-- The statements of a grant as the store's driver sends them: two round trips, the reads and the writes.
\set k :k + 1
\set n random(0, :instances - 1)
\set seq 2000000000 + :client_id * 10000000 + :k
\startpipeline
BEGIN ISOLATION LEVEL READ COMMITTED;
SELECT instance_id, promo, plan, purchased, held, spent, expired, debt, seq, head, installed_at, removed_at, origin_instance_id, subscription, due_at, last_webhook_at, reconciled_at FROM instances WHERE instance_id = 'beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0') FOR UPDATE;
SELECT grant_id, business_key, pool, source, amount, remaining, plan_id, catalog_version, effective_at, expires_at FROM grants WHERE instance_id = 'beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0') AND remaining > 0;
SELECT business_key FROM business_keys WHERE instance_id = 'beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0') AND business_key = 'limit-' || :seq::bigint;
\endpipeline
\startpipeline
INSERT INTO business_keys (instance_id, business_key, created_at) VALUES ('beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0'), 'limit-' || :seq::bigint, :seq::bigint);
INSERT INTO grants (instance_id, grant_id, business_key, pool, source, amount, remaining, plan_id, catalog_version, effective_at, expires_at, closed, taken_back, rules) VALUES ('beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0'), 'limit-' || :seq::bigint, 'limit-' || :seq::bigint, 'purchased', 'adjust', 1, 1, NULL, 'bench', :seq::bigint, NULL, 0, 0, '');
INSERT INTO entries (instance_id, seq, entry_id, debit, credit, amount, code, business_key, hold_id, actor, reason, fact_key, available_after, created_at, hash) VALUES ('beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0'), :seq::bigint, 'ent_000000000000000000000000' || :seq::bigint, 'issued.adjust', 'available.purchased', 1, 'adjust', 'grant.limit-' || :seq::bigint || '.promo', NULL, 'user', 'bench: ', NULL, 1000, :seq::bigint, '0000000000000000000000000000000000000000000000000000000000000000');
UPDATE instances SET promo = :k::bigint, plan = 0, purchased = 0, held = 0, spent = :k::bigint, expired = 0, debt = 0, seq = :seq::bigint, head = '0000000000000000000000000000000000000000000000000000000000000000', installed_at = installed_at, removed_at = NULL, origin_instance_id = NULL, subscription = subscription, due_at = due_at, last_webhook_at = last_webhook_at, reconciled_at = reconciled_at WHERE instance_id = 'beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0');
COMMIT;
\endpipeline
