-- migrate:up

-- Where to look for what may be asked of Meta next about templates; what is true of a request stands in its stream.
CREATE TABLE pending_template_requests (
    request_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    template_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'started', 'unknown')),
    attempt integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    started_at timestamptz,
    correlation_id text NOT NULL,
    causation_id text,
    traceparent text
);
CREATE INDEX pending_template_requests_due_at_idx ON pending_template_requests (due_at) WHERE state <> 'started';
CREATE INDEX pending_template_requests_started_at_idx ON pending_template_requests (started_at)
    WHERE state = 'started';

-- When each account's list is looked at next, and what was seen there last.
CREATE TABLE template_looks (
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, waba_id)
);
CREATE TABLE seen_templates (
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    meta_template_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    told integer NOT NULL,
    missed integer NOT NULL,
    PRIMARY KEY (organisation_id, waba_id, meta_template_id)
);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take waiting requests with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
