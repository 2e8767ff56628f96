-- migrate:up

-- How far each subscription has been told of each service's log: all up to `position` is delivered or not for it.
-- `due_at` is NULL where nothing is known to wait: then there is nothing for it up to the source's position either.
-- `epoch` changes with everything that people change of it, so that whoever was at work on it notices; it began at
-- `begun_at` in `begun_epoch`.
CREATE TABLE subscription_cursors (
    subscription_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    organisation_id uuid NOT NULL,
    event_types text[] NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    begun_at bigint NOT NULL,
    position bigint NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    begun_epoch integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz DEFAULT now(),
    holder uuid,
    lent_until timestamptz,
    PRIMARY KEY (subscription_id, source)
);
CREATE INDEX subscription_cursors_due_at_idx ON subscription_cursors (due_at) WHERE is_active AND due_at IS NOT NULL;
CREATE INDEX subscription_cursors_source_idx ON subscription_cursors (source, organisation_id);

-- How far each service's log has been looked through for what concerns anybody.
CREATE TABLE subscription_sources (
    source text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL
);

-- Encrypted, and bound to subscription, organisation, generation and purpose.
CREATE TABLE subscription_secrets (
    subscription_id uuid NOT NULL,
    generation integer NOT NULL,
    organisation_id uuid NOT NULL,
    ciphertext bytea NOT NULL,
    signs_until timestamptz,
    PRIMARY KEY (subscription_id, generation)
);

-- The log of attempts: no bodies, neither ours nor the receiver's.
CREATE TABLE subscription_deliveries (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    position bigint,
    event_id uuid NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    status integer,
    milliseconds integer NOT NULL,
    epoch integer,
    attempted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subscription_deliveries_subscription_id_idx ON subscription_deliveries (subscription_id, delivery_id);
CREATE INDEX subscription_deliveries_attempted_at_idx ON subscription_deliveries (attempted_at);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take secrets and cursors with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
