"""docs/money.md says what the ledger does: its numbers are produced here."""

from __future__ import annotations

from recado_events.billing import Rated

from tests.billing.money_page import PAGE, POLICIES, played, written


def test_the_numbers_of_the_page_are_those_of_the_ledger() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "run `python -m tests.billing.money_page` and commit the page"


def test_rule_25_the_story_costs_something_else_under_each_policy() -> None:
    totals = [sum(amount for amount, _ in played(policy)) for policy in POLICIES]
    assert totals == sorted(set(totals))


def test_every_reason_in_the_story_is_one_that_charges_name() -> None:
    known = Rated.model_fields["reason"].description or ""
    assert {reason for policy in POLICIES for _, reason in played(policy) if reason} <= {
        word.strip(" .,\n:") for word in known.replace("(", " ").split()
    }
