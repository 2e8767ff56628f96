-- migrate:up

CREATE TABLE unique_rows (
    kind text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    owner text NOT NULL,
    PRIMARY KEY (kind, scope, value)
);

CREATE TABLE commands (
    organisation_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    status integer NOT NULL,
    answer bytea NOT NULL,
    position bigint NOT NULL,
    done_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, user_id, key)
);
CREATE INDEX commands_done_at_idx ON commands (done_at);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
