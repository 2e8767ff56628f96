-- migrate:up

-- Where to look for what may leave next; what is true of a message stands in its stream. `place` is the order of
-- arrival, kept among the messages to one customer.
CREATE TABLE pending_sends (
    message_id uuid PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid NOT NULL,
    phone_number_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    partition integer NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'started')),
    attempt integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    send_by timestamptz NOT NULL,
    started_at timestamptz,
    pair text COLLATE "C",
    correlation_id text NOT NULL,
    causation_id text,
    traceparent text
);
CREATE INDEX pending_sends_number_idx ON pending_sends (phone_number_id, place);
CREATE INDEX pending_sends_customer_idx ON pending_sends (phone_number_id, customer_id, place);
CREATE INDEX pending_sends_send_by_idx ON pending_sends (send_by) WHERE state = 'queued';
CREATE INDEX pending_sends_started_at_idx ON pending_sends (started_at) WHERE state = 'started';

-- Here and not in memory, so that a restart or another worker does not fill them again.
CREATE TABLE rate_buckets (
    bucket text COLLATE "C" PRIMARY KEY,
    tokens double precision NOT NULL,
    refilled_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX rate_buckets_refilled_at_idx ON rate_buckets (refilled_at);

-- What is in a bucket now, by this server's clock; one that was never used, or was forgotten, is full.
CREATE FUNCTION level(bucket rate_buckets, burst double precision, per_second double precision)
RETURNS double precision LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(
        least(burst, bucket.tokens + per_second * extract(epoch FROM clock_timestamp() - bucket.refilled_at)), burst)
$$;

-- Encrypted, and bound to number, organisation and purpose.
CREATE TABLE channel_tokens (
    phone_number_id text COLLATE "C" NOT NULL,
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    authorisation integer NOT NULL,
    ciphertext bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (phone_number_id, organisation_id)
);
CREATE INDEX channel_tokens_waba_id_idx ON channel_tokens (waba_id);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take tokens and waiting sends with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
