-- migrate:up

-- Few rows that change with every batch: room in the page keeps an update from touching the index.
CREATE TABLE inbox (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    log text,
    position bigint,
    accepted bigint NOT NULL,
    refused bigint NOT NULL,
    duplicate bigint NOT NULL,
    parked bigint NOT NULL,
    paused text,
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 20);

-- `id` is the order of arrival, which records of one subject keep when they are tried again. Names and values of
-- headers are bytes, for what could not be decoded may be anything.
CREATE TABLE parked (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    subject text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    key bytea,
    value bytea,
    header_names bytea[] NOT NULL,
    header_values bytea[] NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);
CREATE INDEX parked_subject_idx ON parked (subject, id);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
