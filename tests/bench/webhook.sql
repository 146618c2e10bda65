-- The statements of a stored webhook as the store's driver sends them: the fact, then the delivery.
\set k :k + 1
\set n random(0, :instances - 1)
\set seq 3000000000 + :client_id * 10000000 + :k
\startpipeline
BEGIN ISOLATION LEVEL READ COMMITTED;
INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state, reason) VALUES ('beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0'), 'limit-' || :seq::bigint, 'InvoiceStatusUpdated', :seq::bigint, :seq::bigint, '{"status": "PAID","invoiceId": "00000000-0000-4000-8000-000000000000","recurring": true}', '{"status": "PAID","invoiceId": "00000000-0000-4000-8000-000000000000","recurring": true}', 'done', NULL) ON CONFLICT (instance_id, fact_key) DO NOTHING;
\endpipeline
\startpipeline
INSERT INTO deliveries (instance_id, delivery_id, fact_key, event_type, received_at, duplicate) VALUES ('beadbead-0000-4000-8000-' || lpad(to_hex(:n::bigint), 12, '0'), 'limit-' || :seq::bigint, 'limit-' || :seq::bigint, 'InvoiceStatusUpdated', :seq::bigint, 0);
COMMIT;
\endpipeline
