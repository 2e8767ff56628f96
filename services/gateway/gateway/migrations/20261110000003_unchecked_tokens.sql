-- migrate:up

-- New tokens stand aside until they are checked; messages go out with those of channel_tokens. Sealed alike.
CREATE TABLE unchecked_tokens (
    phone_number_id text COLLATE "C" NOT NULL,
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    authorisation integer NOT NULL,
    ciphertext bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (phone_number_id, organisation_id)
);

-- migrate:down

-- Expand, then contract: a step back is a new migration, for going down would take tokens with it.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
