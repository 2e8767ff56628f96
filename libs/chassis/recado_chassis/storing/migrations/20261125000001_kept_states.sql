-- migrate:up

-- A cache: emptied, it fills again and changes nothing.
CREATE TABLE kept_states (
    stream text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    state bytea NOT NULL
);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
