CREATE TABLE contacts (
    contact_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    owner_id uuid,
    superseded_by uuid,
    sort_key text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX contacts_of ON contacts (organisation_id, sort_key, contact_id);
CREATE INDEX contacts_own ON contacts (organisation_id, owner_id, sort_key, contact_id);
CREATE INDEX contacts_met ON contacts (organisation_id, contact_id) WHERE superseded_by IS NULL;
CREATE INDEX superseded_by ON contacts (superseded_by) WHERE superseded_by IS NOT NULL;

-- Values are JSON as it was told.
CREATE TABLE fields (
    contact_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    field text NOT NULL,
    value bytea NOT NULL,
    folded text NOT NULL,
    PRIMARY KEY (contact_id, field)
);

CREATE INDEX emails ON fields (organisation_id, folded, contact_id) WHERE field = 'email' AND folded <> '';

-- Numbers by the least of their spellings: who shares one may be the same person.
CREATE TABLE numbers (
    contact_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    value text NOT NULL,
    canonical text NOT NULL,
    PRIMARY KEY (contact_id, value)
);
CREATE INDEX numbers_of ON numbers (organisation_id, canonical, contact_id);

-- In the order in which they were learned: the last number is the one that is used now.
CREATE TABLE aliases (
    contact_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    position bigint NOT NULL,
    place integer NOT NULL
);
-- Hashed, for nobody says how long an alias may be.
CREATE UNIQUE INDEX aliases_of ON aliases (contact_id, md5(kind), md5(value));

-- Whom each contact is at the business's numbers, and what they go by there.
CREATE TABLE customers (
    customer_id uuid PRIMARY KEY,
    contact_id uuid NOT NULL,
    username text,
    folded text,
    told_at timestamptz
);
CREATE INDEX customers_of ON customers (contact_id);

CREATE TABLE notes (
    note_id uuid PRIMARY KEY,
    contact_id uuid NOT NULL,
    message_id uuid,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    text bytea
);
CREATE INDEX notes_of ON notes (contact_id, note_id DESC);

CREATE TABLE conversations (
    conversation_id uuid PRIMARY KEY,
    contact_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    assignee uuid,
    started_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX conversations_of ON conversations (contact_id, started_at DESC);

CREATE TABLE history (
    contact_id uuid NOT NULL,
    position bigint NOT NULL,
    what text NOT NULL,
    at timestamptz NOT NULL,
    by uuid,
    conversation_id uuid,
    customer_id uuid,
    details bytea NOT NULL,
    changed bytea NOT NULL,
    PRIMARY KEY (contact_id, position)
);
