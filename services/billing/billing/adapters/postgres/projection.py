"""Wallets in PostgreSQL: each change of a row as one statement, run for a whole page of the log at once."""

from __future__ import annotations

from importlib.resources import files

from recado_chassis.following.row_changes import RowChanges, Together

from billing.domain.wallet import ACCOUNTS
from billing.views import changes

_COLUMNS = ", ".join(ACCOUNTS)
_ARRAYS = ", ".join(f"%({account})b::bigint[]" for account in ACCOUNTS)
_SUMS = ", ".join(f"sum({account})::bigint" for account in ACCOUNTS)
_ADDED = ", ".join(f"{account} = balances.{account} + excluded.{account}" for account in ACCOUNTS)

STATEMENTS = {
    "organisation": """
        INSERT INTO organisations (organisation_id, name, locale, edition)
        VALUES (%(organisation_id)s, %(name)s, %(locale)s, %(edition)s)""",
    "renamed": """
        UPDATE organisations SET name = %(name)s, locale = %(locale)s WHERE organisation_id = %(organisation_id)s""",
    "edition": "UPDATE organisations SET edition = %(edition)s WHERE organisation_id = %(organisation_id)s",
    "entry": Together(f"""
        WITH told AS (
            SELECT * FROM unnest(
                %(organisation_id)b::uuid[], %(position)b::bigint[], %(at)b::timestamptz[], %(month)b::text[],
                %(what)b::text[], %(message_id)b::uuid[], %(purchase_id)b::uuid[], %(details)b::bytea[], {_ARRAYS})
            AS t (organisation_id, position, at, month, what, message_id, purchase_id, details, {_COLUMNS})
        ), moved AS (
            INSERT INTO balances (organisation_id, {_COLUMNS})
            SELECT organisation_id, {_SUMS} FROM told GROUP BY organisation_id ORDER BY organisation_id
            ON CONFLICT (organisation_id) DO UPDATE SET {_ADDED} RETURNING organisation_id, available, held
        )
        INSERT INTO statement (organisation_id, position, at, month, what, message_id, purchase_id, details, {_COLUMNS},
                               available_after, held_after)
        SELECT told.*, moved.available - coalesce(sum(told.available) OVER later, 0)::bigint,
               moved.held - coalesce(sum(told.held) OVER later, 0)::bigint
        FROM told JOIN moved USING (organisation_id)
        WINDOW later AS (PARTITION BY organisation_id ORDER BY position
                         ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"""),
    "recharge": """
        INSERT INTO balances (organisation_id, recharge_on, recharge_floor, recharge_amount, recharge_daily_cap)
        VALUES (%(organisation_id)s, %(on)s, %(floor)s, %(amount)s, %(daily_cap)s)
        ON CONFLICT (organisation_id) DO UPDATE SET recharge_on = excluded.recharge_on,
            recharge_floor = excluded.recharge_floor, recharge_amount = excluded.recharge_amount,
            recharge_daily_cap = excluded.recharge_daily_cap""",
    "method": """
        INSERT INTO balances (organisation_id, has_payment_method) VALUES (%(organisation_id)s, true)
        ON CONFLICT (organisation_id) DO UPDATE SET has_payment_method = true""",
    "conversation": Together("""
        INSERT INTO conversations (organisation_id, waba_id, month, used)
        SELECT organisation_id, waba_id, month, count(*)
        FROM unnest(%(organisation_id)b::uuid[], %(waba_id)b::text[], %(month)b::text[])
        AS told (organisation_id, waba_id, month) GROUP BY organisation_id, waba_id, month
        ON CONFLICT (organisation_id, month, waba_id) DO UPDATE SET used = conversations.used + excluded.used"""),
    "asked": Together("""
        INSERT INTO charges (message_id, organisation_id, phone_number_id, customer_id, state, category, reason, at,
                             held, deadline)
        SELECT * FROM unnest(
            %(message_id)b::uuid[], %(organisation_id)b::uuid[], %(phone_number_id)b::text[], %(customer_id)b::uuid[],
            %(state)b::text[], %(category)b::text[], %(reason)b::text[], %(at)b::timestamptz[], %(held)b::bigint[],
            %(deadline)b::timestamptz[])"""),
    "deadline": "UPDATE charges SET deadline = %(deadline)s WHERE message_id = %(message_id)s",
    "ended": "UPDATE charges SET state = %(state)s, reason = %(reason)s WHERE message_id = %(message_id)s",
    "rated": Together("""
        UPDATE charges SET state = told.state, reason = told.reason, category = told.category, amount = told.amount,
               delivered_at = told.delivered_at, rated = told.rated
        FROM unnest(
            %(message_id)b::uuid[], %(state)b::text[], %(reason)b::text[], %(category)b::text[], %(amount)b::bigint[],
            %(delivered_at)b::timestamptz[], %(rated)b::bytea[])
        AS told (message_id, state, reason, category, amount, delivered_at, rated)
        WHERE charges.message_id = told.message_id"""),
    "purchase": """
        INSERT INTO purchases (purchase_id, organisation_id, how, state, amount, fee, started_at)
        VALUES (%(purchase_id)s, %(organisation_id)s, %(how)s, 'started', %(amount)s, %(fee)s, %(started_at)s)""",
    "stands": """
        UPDATE purchases SET state = coalesce(%(state)s, state), paid_at = coalesce(%(paid_at)s, paid_at),
            refunded = refunded + %(refunded)s,
            reason = CASE WHEN %(has_reason)s THEN %(reason)s ELSE reason END,
            due_at = CASE WHEN %(has_due)s THEN %(due_at)s ELSE due_at END
        WHERE purchase_id = %(purchase_id)s""",
}
"""In an order in which a page may be written: an insert before what changes its row, and of what changes a message's
row, or a purchase's, that which happens first."""


_DDL = files("billing.adapters.postgres").joinpath("wallets.sql").read_text()

WALLETS = RowChanges("wallets", _DDL, STATEMENTS, changes, commute=True)
"""The projection behind every screen of billing."""
