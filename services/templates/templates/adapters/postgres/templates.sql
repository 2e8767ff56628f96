-- row: templates.views.rows.Row, first form; a change of what it is made of needs another word here, which rebuilds it
CREATE TABLE templates (
    template_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    waba_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    state text NOT NULL,
    category text NOT NULL,
    pending_since timestamptz,
    is_overdue boolean NOT NULL,
    row bytea NOT NULL
);
CREATE INDEX templates_of ON templates (organisation_id, name, language, template_id);
CREATE INDEX templates_under_review ON templates (pending_since) WHERE state = 'pending' AND NOT is_overdue;

CREATE TABLE history (
    template_id uuid NOT NULL,
    position bigint NOT NULL,
    what text NOT NULL,
    at timestamptz NOT NULL,
    by uuid,
    details bytea NOT NULL,
    PRIMARY KEY (template_id, position)
);
