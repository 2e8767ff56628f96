-- migrate:up

-- Every organisation that waits is found by skipping through this index, so that the many files of one hide no other's.
CREATE INDEX pending_media_organisation_id_idx ON pending_media (direction, organisation_id, due_at);
DROP INDEX pending_media_due_at_idx;

-- migrate:down

-- Expand, then contract: a step back is a new migration.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
