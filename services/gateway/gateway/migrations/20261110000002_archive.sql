-- migrate:up

-- Every update as it came, to be decoded again by a better decoder. `standing` is of quarantine: what becomes of an
-- update whose number nobody served when it came.
CREATE TABLE inbound_archive (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    organisation_id uuid,
    waba_id text COLLATE "C" NOT NULL,
    phone_number_id text COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    key bytea,
    value bytea,
    headers bytea NOT NULL,
    standing text COLLATE "C" CHECK (standing IN ('waiting', 'held', 'forged', 'released')),
    lent_until timestamptz,
    PRIMARY KEY (topic, partition, "offset", record_id)
);
CREATE INDEX inbound_archive_received_at_idx ON inbound_archive (received_at);
CREATE INDEX inbound_archive_standing_idx ON inbound_archive (standing, waba_id, phone_number_id, received_at)
    WHERE standing IS NOT NULL;
CREATE INDEX inbound_archive_waiting_idx ON inbound_archive (received_at, partition, "offset")
    WHERE standing = 'waiting';

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
