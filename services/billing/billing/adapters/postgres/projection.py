"""Wallets in PostgreSQL: each change of a row as one statement, run for a whole page of the log at once."""

from __future__ import annotations

from importlib.resources import files

from recado_chassis.following.row_changes import RowChanges

from billing.domain.wallet import ACCOUNTS
from billing.views import changes

_COLUMNS = ", ".join(ACCOUNTS)
_VALUES = ", ".join(f"%({account})s" for account in ACCOUNTS)
_ADDED = ", ".join(f"{account} = balances.{account} + excluded.{account}" for account in ACCOUNTS)

STATEMENTS = {
    "organisation": """
        INSERT INTO organisations (organisation_id, name, locale, edition)
        VALUES (%(organisation_id)s, %(name)s, %(locale)s, %(edition)s)""",
    "renamed": """
        UPDATE organisations SET name = %(name)s, locale = %(locale)s WHERE organisation_id = %(organisation_id)s""",
    "edition": "UPDATE organisations SET edition = %(edition)s WHERE organisation_id = %(organisation_id)s",
    "entry": f"""
        WITH after AS (
            INSERT INTO balances (organisation_id, {_COLUMNS}) VALUES (%(organisation_id)s, {_VALUES})
            ON CONFLICT (organisation_id) DO UPDATE SET {_ADDED} RETURNING available, held
        )
        INSERT INTO statement (organisation_id, position, at, what, message_id, purchase_id, {_COLUMNS},
                               available_after, held_after, details)
        SELECT %(organisation_id)s, %(position)s, %(at)s, %(what)s, %(message_id)s, %(purchase_id)s, {_VALUES},
               after.available, after.held, %(details)s FROM after""",
    "recharge": """
        INSERT INTO balances (organisation_id, recharge_on, recharge_floor, recharge_amount, recharge_daily_cap)
        VALUES (%(organisation_id)s, %(on)s, %(floor)s, %(amount)s, %(daily_cap)s)
        ON CONFLICT (organisation_id) DO UPDATE SET recharge_on = excluded.recharge_on,
            recharge_floor = excluded.recharge_floor, recharge_amount = excluded.recharge_amount,
            recharge_daily_cap = excluded.recharge_daily_cap""",
    "method": """
        INSERT INTO balances (organisation_id, has_payment_method) VALUES (%(organisation_id)s, true)
        ON CONFLICT (organisation_id) DO UPDATE SET has_payment_method = true""",
    "conversation": """
        INSERT INTO conversations (organisation_id, waba_id, month, used)
        VALUES (%(organisation_id)s, %(waba_id)s, %(month)s, 1)
        ON CONFLICT (organisation_id, month, waba_id) DO UPDATE SET used = conversations.used + 1""",
    "held": """
        INSERT INTO charges (message_id, organisation_id, phone_number_id, customer_id, state, category, at,
                             held, deadline)
        VALUES (%(message_id)s, %(organisation_id)s, %(phone_number_id)s, %(customer_id)s, 'held', %(category)s, %(at)s,
                %(amount)s, %(deadline)s)""",
    "refused": """
        INSERT INTO charges (message_id, organisation_id, phone_number_id, customer_id, state, category, reason, at)
        VALUES (%(message_id)s, %(organisation_id)s, %(phone_number_id)s, %(customer_id)s, 'refused', %(category)s,
                %(reason)s, %(at)s)""",
    "reply": """
        INSERT INTO charges (message_id, organisation_id, phone_number_id, customer_id, state, category, at)
        VALUES (%(message_id)s, %(organisation_id)s, %(phone_number_id)s, %(customer_id)s, 'sent', 'service',
                %(at)s)""",
    "deadline": "UPDATE charges SET deadline = %(deadline)s WHERE message_id = %(message_id)s",
    "ended": "UPDATE charges SET state = %(state)s, reason = %(reason)s WHERE message_id = %(message_id)s",
    "rated": """
        UPDATE charges SET state = %(state)s, reason = %(reason)s, category = %(category)s, amount = %(amount)s,
               delivered_at = %(delivered_at)s, rated = %(rated)s
        WHERE message_id = %(message_id)s""",
    "purchase": """
        INSERT INTO purchases (purchase_id, organisation_id, how, state, amount, fee, started_at)
        VALUES (%(purchase_id)s, %(organisation_id)s, %(how)s, 'started', %(amount)s, %(fee)s, %(started_at)s)""",
    "stands": "UPDATE purchases SET state = %(state)s WHERE purchase_id = %(purchase_id)s",
    "due": "UPDATE purchases SET due_at = %(due_at)s WHERE purchase_id = %(purchase_id)s",
    "paid": """
        UPDATE purchases SET state = 'paid', paid_at = %(at)s, due_at = NULL, reason = NULL
        WHERE purchase_id = %(purchase_id)s""",
    "refunded": """
        UPDATE purchases SET state = 'refunded', refunded = refunded + %(amount)s
        WHERE purchase_id = %(purchase_id)s""",
    "failed": """
        UPDATE purchases SET reason = %(reason)s, state = CASE WHEN %(over)s THEN 'given_up' ELSE state END
        WHERE purchase_id = %(purchase_id)s""",
}


WALLETS = RowChanges(
    "wallets", files("billing.adapters.postgres").joinpath("wallets.sql").read_text(), STATEMENTS, changes
)
"""The projection behind every screen of billing."""
