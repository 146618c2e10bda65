-- The instances that wait are listed by what is new, which is little, and not by all facts, which are kept for ever.
DROP INDEX facts_new;
CREATE INDEX facts_new ON facts (instance_id, received_at, state) WHERE state = 'new';
