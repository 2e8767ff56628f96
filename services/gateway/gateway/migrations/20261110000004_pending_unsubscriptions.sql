-- migrate:up

-- Accounts that Meta is still to be told to send nothing more of, with the tokens of the numbers that were disconnected.
CREATE TABLE pending_unsubscriptions (
    phone_number_id text COLLATE "C" NOT NULL,
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    authorisation integer NOT NULL,
    ciphertext bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    asked_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (phone_number_id, organisation_id, waba_id)
);
CREATE INDEX pending_unsubscriptions_due_at_idx ON pending_unsubscriptions (due_at);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take tokens with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
