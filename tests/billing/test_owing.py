"""What is owed, and by which entries (rules 28, 29): the ledger's figure adds it up by what each entry was about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from billing.adapters.postgres.verifying import entries
from billing.commands import NoteDispute, NoteRefund
from billing.domain import disputing, paying
from recado_events.billing import ChargePosted, LateChargeRecorded, Posting

from tests.billing.stage import PRICES, Stage, new_customer

PAID = 110_000
"""The fee is a whole cent."""


def owing(log: list[Any]) -> tuple[int, int | None]:
    (figure,) = [each for each in entries.figures("billing", entries.read(log)) if each.name == entries.OWED]
    return figure.value, figure.wanted


def in_debt() -> tuple[Stage, UUID]:
    """A charge that came too late, and one that found nothing; answers the purchase that paid for it all."""
    stage, customer = Stage(prices={**PRICES, ("rest_of_world", "service_message"): 50_000}), new_customer()
    stage.chooses("R3", free_service_messages=0)
    bought = stage.buys(100_000)
    message = stage.asks(customer)
    stage.ends(message, customer)
    stage.delivered(message, customer)
    stage.writes(customer)
    for _ in range(3):
        stage.delivered(stage.replies(customer), customer)
    assert stage.one(LateChargeRecorded).rated.amount == 62_500
    return stage, bought


def test_rule_29_what_is_owed_is_the_sum_of_its_entries() -> None:
    stage, _ = in_debt()
    assert owing(stage.log()) == (62_500 + 50_000, 62_500 + 50_000)
    stage.buys(1_000_000)
    assert owing(stage.log()) == (112_500, 112_500), "what is bought later does not settle it"


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_rule_29_what_was_taken_back_after_it_was_spent_is_owed(outcome: str) -> None:
    stage, bought = in_debt()
    about: Any = {**stage.org, "purchase_id": bought, "total": PAID}
    stage.noticed(disputing.note_dispute, NoteDispute(**about, dispute="d", outcome=None))
    assert owing(stage.log()) == (212_500, 212_500)
    stage.noticed(disputing.note_dispute, NoteDispute(**about, dispute="d", outcome=outcome))
    left = 112_500 if outcome == "won" else 212_500
    assert owing(stage.log()) == (left, left)


def test_rule_29_a_refund_of_what_was_spent_is_owed() -> None:
    stage, bought = in_debt()
    stage.noticed(paying.note_refund, NoteRefund(**stage.org, purchase_id=bought, total=PAID))
    assert owing(stage.log()) == (212_500, 212_500)


def test_what_is_owed_though_credits_were_there_is_found() -> None:
    stage, customer = Stage(), new_customer()
    stage.buys(1_000_000)
    stage.delivered(stage.asks(customer), customer)
    log = list(stage.log())
    at = next(place for place, each in enumerate(log) if isinstance(each.event, ChargePosted))
    moved = (("held", -62_500), ("available", 62_500), ("spent", 62_500), ("receivable", -62_500))
    forged = tuple(Posting(account=account, amount=amount) for account, amount in moved)
    log[at] = replace(log[at], event=log[at].event.model_copy(update={"postings": forged}))
    value, wanted = owing(log)
    assert (value, wanted) == (62_500, 0)
