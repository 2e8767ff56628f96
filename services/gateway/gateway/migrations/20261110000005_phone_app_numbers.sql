-- migrate:up

-- Numbers that live in the phone app too, of which Meta takes fewer messages a second.
CREATE TABLE phone_app_numbers (
    phone_number_id text COLLATE "C" PRIMARY KEY
);

-- migrate:down

-- Expand, then contract: a step back is a new migration.
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
