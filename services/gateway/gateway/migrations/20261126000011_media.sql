-- migrate:up

-- Where to look for files that may be moved now; what is true of one stands in the stream of its message.
CREATE TABLE pending_media (
    message_id uuid PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('fetch', 'upload')),
    organisation_id uuid NOT NULL,
    phone_number_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    send_by timestamptz,
    correlation_id text NOT NULL,
    causation_id text,
    traceparent text
);
CREATE INDEX pending_media_due_at_idx ON pending_media (direction, due_at);
CREATE INDEX pending_media_send_by_idx ON pending_media (send_by) WHERE direction = 'upload';

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take waiting files with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
