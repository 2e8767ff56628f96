-- migrate:up

-- The layout of the eventsourcing library, with three columns of our own. Identifiers compare as bytes: it is the
-- fastest order there is, and the same one on every machine.
CREATE TABLE stored_events (
    originator_id text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL CHECK (originator_version > 0),
    topic text COLLATE "C" NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial NOT NULL,
    event_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX stored_events_notification_id_idx ON stored_events (notification_id);
CREATE UNIQUE INDEX stored_events_event_id_idx ON stored_events (event_id);

-- A role without the right to change events is not enough: owners and superusers make mistakes too.
CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or deleted: append a new one that says what is true now';
END
$$;
CREATE TRIGGER history_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history();

-- One row: which incarnation of the log this is. A restored database gets a new id, for its positions mean other events.
CREATE TABLE log (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id text NOT NULL DEFAULT gen_random_uuid()::text
);
INSERT INTO log DEFAULT VALUES;

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take stored history with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
