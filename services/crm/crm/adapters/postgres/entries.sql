CREATE TABLE companies (
    company_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    owner_id uuid,
    origin text NOT NULL,
    conversation_id uuid,
    message_id uuid,
    sort_key text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX companies_of ON companies (organisation_id, sort_key, company_id);
CREATE INDEX companies_own ON companies (organisation_id, owner_id, sort_key, company_id);

CREATE TABLE pipeline_records (
    pipeline_record_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    contact_id uuid,
    company_id uuid,
    conversation_id uuid,
    message_id uuid,
    amount bigint,
    currency text,
    owner_id uuid,
    origin text NOT NULL,
    opened_by uuid,
    sort_key text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX records_of ON pipeline_records (organisation_id, pipeline_record_id);
CREATE INDEX records_own ON pipeline_records (organisation_id, owner_id, pipeline_record_id);
CREATE INDEX records_of_stage ON pipeline_records (stage_id, pipeline_record_id);
CREATE INDEX records_of_contact ON pipeline_records (contact_id, pipeline_record_id);
CREATE INDEX records_of_company ON pipeline_records (company_id, pipeline_record_id);
CREATE INDEX records_of_conversation ON pipeline_records (conversation_id, pipeline_record_id);

-- Where each pipeline record has been.
CREATE TABLE stages (
    pipeline_record_id uuid NOT NULL,
    position bigint NOT NULL,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    left_at timestamptz,
    by uuid,
    PRIMARY KEY (pipeline_record_id, position)
);

CREATE TABLE contact_companies (
    contact_id uuid PRIMARY KEY,
    company_id uuid
);
CREATE INDEX contacts_of ON contact_companies (company_id);

-- An entry is a company or a pipeline record. Values are JSON as it was told.
CREATE TABLE fields (
    entry_id uuid NOT NULL,
    field text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (entry_id, field)
);

CREATE TABLE notes (
    note_id uuid PRIMARY KEY,
    entry_id uuid NOT NULL,
    message_id uuid,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    text bytea
);
CREATE INDEX notes_of ON notes (entry_id, note_id DESC);

CREATE TABLE history (
    entry_id uuid NOT NULL,
    position bigint NOT NULL,
    what text NOT NULL,
    at timestamptz NOT NULL,
    by uuid,
    details bytea NOT NULL,
    changed bytea NOT NULL,
    PRIMARY KEY (entry_id, position)
);

-- The rows of an import that could not be taken; nothing of what they held.
CREATE TABLE rejected_rows (
    import_id uuid NOT NULL,
    "row" bigint NOT NULL,
    column_name text NOT NULL,
    rule text NOT NULL,
    PRIMARY KEY (import_id, "row")
);
