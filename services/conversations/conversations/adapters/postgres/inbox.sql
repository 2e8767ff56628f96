CREATE TABLE users (
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text,
    role text NOT NULL,
    profile_id uuid,
    active boolean NOT NULL DEFAULT true,
    online boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organisation_id, user_id)
);

CREATE TABLE rotas (
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    members uuid[] NOT NULL,
    only_online boolean NOT NULL,
    PRIMARY KEY (organisation_id, phone_number_id)
);

CREATE TABLE rules (
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    close_after interval,
    connected boolean, -- unknown until the gateway has told
    PRIMARY KEY (organisation_id, phone_number_id)
);

-- Numbers of whose queues workers give away more.
CREATE TABLE draining (
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    PRIMARY KEY (organisation_id, phone_number_id)
);

-- When somebody wrote or opened it again, where silence ends conversations, and not each time.
CREATE TABLE activity (
    conversation_id uuid PRIMARY KEY,
    noted_at timestamptz NOT NULL
);

-- From the phone app, before the number came here: no conversation has them.
CREATE TABLE past_messages (
    message_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    thread_id uuid NOT NULL,
    kind text NOT NULL,
    content bytea,
    by_business boolean NOT NULL,
    status text,
    occurred_at timestamptz NOT NULL
);
CREATE INDEX past_messages_latest ON past_messages (thread_id, occurred_at DESC, message_id DESC);

-- Everybody who was ever blocked.
CREATE TABLE blocks (
    customer_id uuid PRIMARY KEY,
    blocked boolean NOT NULL,
    settled_by uuid,
    settled_at timestamptz NOT NULL,
    evidence text,
    refused_code bigint
);

-- Everybody who ever said whether they want marketing.
CREATE TABLE wishes (
    customer_id uuid PRIMARY KEY,
    wanted boolean NOT NULL,
    told_at timestamptz NOT NULL,
    evidence text NOT NULL
);

CREATE TABLE customers (
    customer_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    name text,
    username text,
    wa_id text,
    user_id text,
    window_closes_at timestamptz,
    merged_into uuid,
    contact_id uuid,
    name_words text[],
    username_words text[],
    words tsvector NOT NULL GENERATED ALWAYS AS (
        array_to_tsvector(coalesce(name_words, '{}') || coalesce(username_words, '{}'))) STORED,
    -- The number and its variants, with a space between.
    numbers text,
    trigrams text[]
) WITH (fillfactor = 80); -- a window that moves leaves the indexes alone while its page has room
CREATE INDEX customers_contact ON customers (contact_id);
CREATE INDEX customers_words ON customers USING gin (words) WITH (gin_pending_list_limit = 256);
CREATE INDEX customers_trigrams ON customers USING gin (trigrams) WITH (gin_pending_list_limit = 256);

-- What crm calls them, for those who have not said what they call themselves.
CREATE TABLE contacts (
    contact_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    name text,
    words tsvector NOT NULL
);
CREATE INDEX contacts_words ON contacts USING gin (words) WITH (gin_pending_list_limit = 256);

CREATE TABLE contact_companies (
    contact_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    company_id uuid
);
CREATE INDEX contact_companies_of ON contact_companies (company_id);

-- Contacts that are met as another one: whom they were merged into, and who that is met as in the end.
CREATE TABLE superseded (
    contact_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    survivor_id uuid,
    met_as uuid
);
CREATE INDEX superseded_by ON superseded (survivor_id);
CREATE INDEX superseded_met_as ON superseded (met_as);

CREATE TABLE pipeline_records (
    pipeline_record_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    conversation_id uuid,
    stage_id uuid,
    contact_id uuid,
    owner_id uuid
);
CREATE INDEX pipeline_records_at ON pipeline_records (organisation_id, stage_id);
CREATE INDEX pipeline_records_about ON pipeline_records (contact_id);
CREATE INDEX pipeline_records_in ON pipeline_records (conversation_id);

CREATE TABLE conversations (
    conversation_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    customer_id uuid NOT NULL,
    state text NOT NULL,
    assignee uuid,
    initiated_by text NOT NULL,
    previous_id uuid,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    last_message_at timestamptz NOT NULL,
    last_inbound_at timestamptz,
    received integer NOT NULL DEFAULT 0
);
CREATE INDEX conversations_latest ON conversations (organisation_id, last_message_at DESC, conversation_id DESC);
CREATE INDEX conversations_mine ON conversations (organisation_id, assignee, last_message_at DESC, conversation_id DESC);
CREATE INDEX conversations_unassigned ON conversations (organisation_id, last_message_at DESC, conversation_id DESC)
    WHERE assignee IS NULL AND state <> 'closed';
CREATE INDEX conversations_awaiting ON conversations (organisation_id, last_message_at DESC, conversation_id DESC)
    WHERE state = 'awaiting_reply';
CREATE INDEX conversations_closed ON conversations (organisation_id, last_message_at DESC, conversation_id DESC)
    WHERE state = 'closed';
CREATE INDEX conversations_at ON conversations (
    organisation_id, phone_number_id, last_message_at DESC, conversation_id DESC);
CREATE INDEX conversations_of ON conversations (customer_id);
CREATE INDEX conversations_silent ON conversations (organisation_id, phone_number_id, last_message_at, conversation_id)
    WHERE state <> 'closed';

CREATE TABLE owners (
    conversation_id uuid NOT NULL,
    position bigint NOT NULL,
    user_id uuid NOT NULL,
    how text NOT NULL,
    assigned_by uuid,
    assigned_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, position)
);

CREATE TABLE messages (
    message_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    direction text NOT NULL,
    kind text NOT NULL,
    content bytea,
    occurred_at timestamptz NOT NULL,
    source_ordinal integer NOT NULL,
    position bigint NOT NULL,
    reply_to uuid,
    target_id uuid,
    sent_by uuid,
    wamid_id uuid,
    send_by timestamptz,
    forwarded boolean NOT NULL,
    -- JSON of the ad, or the product of a catalogue, that the customer wrote about.
    whence bytea
);
CREATE INDEX messages_timeline ON messages (conversation_id, occurred_at, source_ordinal, position);
CREATE INDEX messages_wamid ON messages (wamid_id);
CREATE INDEX messages_unread ON messages (conversation_id, position) WHERE direction = 'in';

-- What messages are found by: words behind the mark of their organisation.
CREATE TABLE texts (
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (conversation_id, message_id)
);
CREATE INDEX texts_words ON texts USING gin (words) WITH (gin_pending_list_limit = 512);

-- What waits for billing's answer.
CREATE TABLE requests (
    message_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    send_by timestamptz NOT NULL
);
CREATE INDEX requests_due ON requests (send_by);

CREATE TABLE statuses (
    message_id uuid NOT NULL,
    status text NOT NULL,
    occurred_at timestamptz NOT NULL,
    reason text,
    codes bigint[] NOT NULL,
    PRIMARY KEY (message_id, status)
);

-- Messages of which somebody said that they failed; their statuses tell whether they did.
CREATE TABLE failures (
    organisation_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    PRIMARY KEY (organisation_id, conversation_id, message_id)
);

-- All of them: one that does not arrive leaves the one before.
CREATE TABLE reactions (
    message_id uuid PRIMARY KEY,
    target_id uuid NOT NULL,
    side text NOT NULL,
    customer_id uuid NOT NULL,
    emoji text,
    occurred_at timestamptz NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX reactions_to ON reactions (target_id);

CREATE TABLE edits (
    target_id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    content bytea,
    words tsvector NOT NULL,
    occurred_at timestamptz NOT NULL
);
CREATE INDEX edits_in ON edits (conversation_id);
CREATE INDEX edits_words ON edits USING gin (words) WITH (gin_pending_list_limit = 256);

CREATE TABLE revocations (
    target_id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL
);

CREATE TABLE read_marks (
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    position bigint NOT NULL,
    seen integer NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);

-- Sums that make a badge: what customers wrote in conversations of a user (of nobody: the nil UUID), how much of all
-- conversations that user has seen, and how much of their own.
CREATE TABLE counts (
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    seen bigint NOT NULL DEFAULT 0,
    seen_own bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (organisation_id, user_id)
);

CREATE TABLE saved_views (
    organisation_id uuid NOT NULL,
    view_id uuid NOT NULL,
    user_id uuid NOT NULL,
    shared boolean NOT NULL,
    position bigint NOT NULL,
    name text,
    text text,
    filters jsonb NOT NULL,
    PRIMARY KEY (organisation_id, view_id)
);
