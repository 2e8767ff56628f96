"""Each figure about money and submissions differs where the outside world says something else, and only there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from billing.adapters.postgres.verifying import credits, outside
from billing.domain.private import PaidNoted, RechargeDue
from gateway.adapters.postgres.verifying import template_requests
from gateway.domain.private import TemplateRequestQueued, TemplateRequestStarted
from recado_events.billing import (
    ChargePosted,
    CreditsPurchased,
    CreditsReserved,
    HoldReleased,
    LateChargeRecorded,
    OrganisationRegistered,
    Rated,
)
from recado_events.event import Event
from recado_events.ids import OrganisationId, RequestId
from recado_events.meta_templates import OfTemplateRequest, TemplateRequestRefused, TemplateRequestTaken

from tests.libs.chassis.verifying.test_published import found_in

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORGANISATION, PURCHASE, MESSAGE = OrganisationId(UUID(int=1)), UUID(int=2), UUID(int=3)
ABOUT: dict[str, Any] = {"organisation_id": ORGANISATION, "purchase_id": PURCHASE}
REGISTERED = OrganisationRegistered(
    organisation_id=ORGANISATION, name="Aurora", locale="en", edition="premier", registered_at=NOW
)
BOUGHT = CreditsPurchased(**ABOUT, how="checkout", amount=2_000_000, fee=60_000, purchased_at=NOW)


# Payments ---------------------------------------------------------------------------------------------


def payment(cents: int = 206, organisation: UUID = ORGANISATION) -> dict[str, Any]:
    labels = {"organisation_id": str(organisation), "purchase_id": str(PURCHASE)}
    return {"id": "pi_1", "amount_received": cents, "metadata": labels}


def differing_payments(events: list[Event], *taken: dict[str, Any]) -> dict[str, int]:
    return found_in(list(outside.payments("tests", [REGISTERED, *events], taken)))


def test_a_payment_that_was_credited_once_differs_in_nothing() -> None:
    strangers = [payment(organisation=UUID(int=9)), {"id": "pi_2", "amount_received": 5, "metadata": {}}]
    assert differing_payments([BOUGHT], payment(), *strangers) == {}


def test_a_credit_that_was_lost_is_named() -> None:
    assert differing_payments([], payment()) == {"payments that were not credited": 1}


def test_a_credit_that_nobody_paid_for_is_named() -> None:
    assert differing_payments([BOUGHT]) == {"purchases credited that nobody paid for": 1}


def test_a_purchase_that_was_paid_twice_is_named() -> None:
    found = differing_payments([BOUGHT], payment(), payment())
    assert found == {"purchases that the provider took money for more than once": 1}


def test_a_credit_of_another_amount_is_named() -> None:
    found = differing_payments([BOUGHT], payment(cents=207))
    assert found == {"payments credited with another amount than was paid": 1}


def test_a_recharge_past_the_time_of_its_next_attempt_is_named() -> None:
    due = RechargeDue(**ABOUT, due_at=NOW, noted_at=NOW)
    paid = PaidNoted(**ABOUT, payment="pi_1", noted_at=NOW)
    overdue = {"recharges past the time of their next attempt": 1}
    assert found_in(list(credits.figures("tests", [due], NOW + timedelta(seconds=50)))) == {}
    assert found_in(list(credits.figures("tests", [due], NOW + timedelta(seconds=70)))) == overdue
    assert found_in(list(credits.figures("tests", [due, paid], NOW + timedelta(seconds=70)))) == {}


# Messages ---------------------------------------------------------------------------------------------

OF_MESSAGE: dict[str, Any] = {
    "organisation_id": ORGANISATION,
    "phone_number_id": "106540352242922",
    "customer_id": UUID(int=4),
    "message_id": MESSAGE,
}
RATED = Rated(policy="R1", rate_card="card", market="BR", category="marketing", price=62_500, amount=62_500, reason="x")
HELD = CreditsReserved(**OF_MESSAGE, amount=62_500, category="marketing", reserved_at=NOW)
CHARGED = ChargePosted(**OF_MESSAGE, rated=RATED, held=62_500, evidence="delivered", delivered_at=NOW, posted_at=NOW)
LATE = LateChargeRecorded(**OF_MESSAGE, rated=RATED, evidence="read", delivered_at=NOW, recorded_at=NOW)
GIVEN_BACK = HoldReleased(**OF_MESSAGE, amount=62_500, reason="failed", released_at=NOW)
SENT = {"id": "wamid.1==", "type": "template", "biz_opaque_callback_data": f"v1.{MESSAGE.hex}.1.{'0' * 16}"}


def status(word: str, wamid: str = "wamid.1") -> dict[str, Any]:
    told = {"statuses": [{"id": wamid, "status": word}]}
    return {"entry": [{"changes": [{"field": "messages", "value": told}]}]}


def differing_messages(events: list[Event], *taken: dict[str, Any]) -> dict[str, int]:
    return found_in(list(outside.messages("tests", events, [SENT], taken)))


@pytest.mark.parametrize(
    ("events", "taken"),
    [
        ([HELD], []),
        ([HELD], [status("sent"), status("delivered", "wamid.of_somebody_else")]),
        ([HELD, CHARGED], [status("read"), status("delivered")]),
        ([HELD, GIVEN_BACK], [status("failed")]),
        ([HELD, GIVEN_BACK, LATE], [status("failed"), status("delivered")]),
    ],
)
def test_what_was_delivered_and_charged_or_failed_and_given_back_differs_in_nothing(
    events: list[Event], taken: list[Any]
) -> None:
    assert differing_messages(events, *taken) == {}


def test_a_delivery_that_was_not_charged_or_charged_twice_is_named() -> None:
    wrong = {"template messages that Meta delivered and that were not charged once": 1}
    assert differing_messages([HELD], status("delivered")) == wrong
    assert differing_messages([HELD, CHARGED, CHARGED], status("delivered"), status("read")) == wrong


def test_a_charge_without_a_delivery_at_meta_is_named() -> None:
    assert differing_messages([HELD, CHARGED], status("sent")) == {"messages charged that Meta did not deliver": 1}


def test_a_hold_of_what_failed_is_named() -> None:
    found = differing_messages([HELD], status("failed"))
    assert found == {"messages that Meta did not deliver and that still hold credits": 1}


def test_invariant_35_a_template_message_that_left_without_a_hold_is_named() -> None:
    assert differing_messages([]) == {"template messages that left without a hold": 1}


# Submissions ------------------------------------------------------------------------------------------

PLACE: dict[str, Any] = {"organisation_id": ORGANISATION, "waba_id": "1", "template_id": UUID(int=5)}
REQUEST = {**PLACE, "request_id": UUID(int=6)}
QUEUED = TemplateRequestQueued(**REQUEST, kind="create", name="ready", language="pt_BR", queued_at=NOW)
TAKEN = TemplateRequestTaken(**REQUEST, evidence="answer", asked_at=NOW, taken_at=NOW)
REFUSED = TemplateRequestRefused(**REQUEST, reason="name_taken", refused_at=NOW)
THERE_ALREADY = 2388024


def call(subcode: int | None = None, name: str = "ready", waba: str = "1") -> dict[str, Any]:
    return {"waba_id": waba, "name": name, "language": "pt_BR", "subcode": subcode}


def differing_submissions(story: list[OfTemplateRequest], *calls: dict[str, Any]) -> dict[str, int]:
    stories = {RequestId(UUID(int=6)): story}
    return found_in(list(template_requests.submitted("tests", stories, calls)))


def test_a_template_that_was_submitted_once_differs_in_nothing() -> None:
    assert differing_submissions([QUEUED], call()) == {}
    assert differing_submissions([QUEUED, TAKEN], call(), call(name="others", waba="2")) == {}
    assert differing_submissions([QUEUED, REFUSED], call(THERE_ALREADY)) == {}


def test_a_template_that_was_submitted_twice_is_named() -> None:
    assert differing_submissions([QUEUED, TAKEN], call(), call(THERE_ALREADY)) == {"templates submitted twice": 1}


def test_a_submission_that_meta_took_and_that_is_called_refused_is_named() -> None:
    found = differing_submissions([QUEUED, REFUSED], call())
    assert found == {"templates that Meta has and that are called refused": 1}


def test_a_submission_that_nobody_asked_for_is_named() -> None:
    found = differing_submissions([QUEUED, TAKEN], call(), call(name="other"))
    assert found["templates submitted that nobody asked for"] == 1


def test_a_request_about_a_template_that_ended_twice_or_was_made_blindly_is_named() -> None:
    def told_by(*facts: OfTemplateRequest) -> dict[str, int]:
        return found_in(list(template_requests.told_by("tests", {RequestId(UUID(int=6)): [*facts]}, NOW)))

    first, second = (TemplateRequestStarted(**REQUEST, attempt=attempt, started_at=NOW) for attempt in (1, 2))
    assert told_by(QUEUED, first, TAKEN) == {}
    both = {"requests about templates with outcomes that cannot both be": 1}
    assert told_by(QUEUED, first, TAKEN, REFUSED) == told_by(first, TAKEN) == both
    blind = {"requests about templates made again before it was known that nothing was done": 1}
    assert told_by(QUEUED, first, second, TAKEN) == blind


def test_a_request_about_a_template_without_an_end_past_its_deadline_is_named() -> None:
    def late(after: timedelta, *facts: OfTemplateRequest) -> dict[str, int]:
        return found_in(list(template_requests.told_by("tests", {RequestId(UUID(int=6)): [*facts]}, NOW + after)))

    found = {"requests about templates without an end past their deadline": 1}
    assert late(timedelta(hours=25), QUEUED) == {}
    assert late(timedelta(hours=26), QUEUED, TAKEN) == {}
    assert late(timedelta(hours=26), QUEUED) == found
