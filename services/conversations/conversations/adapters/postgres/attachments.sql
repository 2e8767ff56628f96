CREATE TABLE attachments (
    message_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    filename text,
    state text NOT NULL,
    file_key text,
    size bigint,
    mime_type text,
    flags text[] NOT NULL DEFAULT '{}',
    thumbnail text,
    reason text,
    wamid_id uuid -- what Meta calls it, where it was sent from here
);

-- Taken back by whoever sent it: not to be seen any more.
CREATE TABLE revoked (
    target_id uuid PRIMARY KEY,
    customer_id uuid NOT NULL
);
