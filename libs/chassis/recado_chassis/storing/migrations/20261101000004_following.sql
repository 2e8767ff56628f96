-- migrate:up

-- One row: up to where the broker has acknowledged this log.
CREATE TABLE relay (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 20);
INSERT INTO relay DEFAULT VALUES;

-- `fingerprint` is the hash of the statements that made the projection's tables.
CREATE TABLE projections (
    name text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0,
    fingerprint text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 20);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
