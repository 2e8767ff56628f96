CREATE TABLE organisations (
    organisation_id uuid PRIMARY KEY,
    name text NOT NULL,
    locale text NOT NULL,
    edition text NOT NULL
);

CREATE TABLE balances (
    organisation_id uuid PRIMARY KEY,
    available bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    spent bigint NOT NULL DEFAULT 0,
    purchases bigint NOT NULL DEFAULT 0,
    payment_fees bigint NOT NULL DEFAULT 0,
    free_allowance bigint NOT NULL DEFAULT 0,
    receivable bigint NOT NULL DEFAULT 0,
    recharge_on boolean NOT NULL DEFAULT false,
    recharge_floor bigint NOT NULL DEFAULT 0,
    recharge_amount bigint NOT NULL DEFAULT 0,
    recharge_daily_cap bigint NOT NULL DEFAULT 0,
    has_payment_method boolean NOT NULL DEFAULT false
);

-- Each line with what its entry moved, and what was available and held after it. The month is that of `at`, in UTC.
CREATE TABLE statement (
    organisation_id uuid NOT NULL,
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    month text COLLATE "C" NOT NULL,
    what text NOT NULL,
    message_id uuid,
    purchase_id uuid,
    available bigint NOT NULL,
    held bigint NOT NULL,
    spent bigint NOT NULL,
    purchases bigint NOT NULL,
    payment_fees bigint NOT NULL,
    free_allowance bigint NOT NULL,
    receivable bigint NOT NULL,
    available_after bigint NOT NULL,
    held_after bigint NOT NULL,
    details bytea NOT NULL,
    PRIMARY KEY (organisation_id, position)
);
CREATE INDEX statement_of_month ON statement (organisation_id, month, position);

CREATE TABLE conversations (
    organisation_id uuid NOT NULL,
    waba_id text NOT NULL,
    month text NOT NULL,
    used bigint NOT NULL,
    PRIMARY KEY (organisation_id, month, waba_id)
);

CREATE TABLE charges (
    message_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    customer_id uuid NOT NULL,
    state text NOT NULL,
    category text NOT NULL,
    reason text,
    held bigint NOT NULL DEFAULT 0,
    deadline timestamptz,
    amount bigint NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    delivered_at timestamptz,
    rated bytea
);
CREATE INDEX charges_held ON charges (deadline) WHERE state = 'held';

CREATE TABLE purchases (
    purchase_id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    how text NOT NULL,
    state text NOT NULL,
    amount bigint NOT NULL,
    fee bigint NOT NULL,
    refunded bigint NOT NULL DEFAULT 0,
    reason text,
    started_at timestamptz NOT NULL,
    paid_at timestamptz,
    due_at timestamptz
);
CREATE INDEX purchases_of ON purchases (organisation_id, started_at DESC, purchase_id DESC);
CREATE INDEX purchases_due ON purchases (due_at) WHERE due_at IS NOT NULL;
