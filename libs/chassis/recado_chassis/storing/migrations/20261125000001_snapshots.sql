-- migrate:up

-- Caches: deleting all of them changes nothing but the time that a first load takes.
CREATE TABLE snapshots (
    stream text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    code text NOT NULL,
    state bytea NOT NULL
);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
