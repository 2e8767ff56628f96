-- migrate:up

-- How much is under way for each organisation is counted at every look for what is due.
CREATE INDEX subscription_cursors_lent_until_idx ON subscription_cursors (lent_until) WHERE lent_until IS NOT NULL;

-- migrate:down

-- Expand, then contract: a step back is a new migration.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
