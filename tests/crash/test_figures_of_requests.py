"""Each figure about template messages differs where its promise is broken, and only there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from conversations.adapters.postgres.verifying import requests, sendings
from conversations.domain.noted import RequestTermsNoted, TemplateNoted
from conversations.domain.template import digest_of
from recado_chassis.verifying.evidence import Evidence
from recado_events.conversations import (
    MessageRefused,
    MessageReleased,
    MessageRequested,
    MessageWithdrawn,
    TemplateUse,
)
from recado_events.event import Event
from recado_events.ids import WabaId
from recado_events.templates import TemplateForm

from tests.crash.test_figures_of_conversations import ANA, NOW, ORGANISATION, facts, some_id, talk
from tests.libs.chassis.verifying.test_published import found_in

WABA = WabaId("1")
FORM = TemplateForm(name="ready", language="pt_BR", category="UTILITY", body="Seu pedido está pronto.")
OF_TEMPLATE: dict[str, Any] = {"organisation_id": ORGANISATION, "waba_id": WABA, "template_id": some_id(50)}
USE = TemplateUse(template_id=some_id(50), waba_id=WABA, name="ready", language="pt_BR", category="UTILITY")
UNAPPROVED = "template messages released though not approved as they were asked for"


def about(number: int = 1) -> dict[str, Any]:
    return {**talk(1), "message_id": some_id(400 + number)}


def noted(standing: str | None = "approved", **told: Any) -> Event:
    return TemplateNoted(
        **OF_TEMPLATE, standing=standing, **{"form": FORM, "category": "UTILITY", **told}, noted_at=NOW
    )


def asked(number: int = 1, send_by: timedelta = timedelta(minutes=15)) -> list[Event]:
    by = {"requested_by": ANA, "requested_at": NOW, "send_by": NOW + send_by}
    terms = RequestTermsNoted(**about(number), form_digest=digest_of(FORM), role="member", noted_at=NOW)
    return [MessageRequested(**about(number), kind="template", template=USE, **by, personal=None), terms]


def left(number: int = 1) -> Event:
    by = {"released_by": ANA, "released_at": NOW, "send_by": NOW + timedelta(minutes=15)}
    return MessageReleased(**about(number), kind="template", template=USE, **by, personal=None)


def withdrawn(number: int = 1) -> Event:
    return MessageWithdrawn(**about(number), reason="expired", withdrawn_at=NOW)


def differing(*events: Event) -> dict[str, int]:
    return found_in(list(requests.figures("tests", facts(*events))))


def test_requests_that_are_released_withdrawn_refused_or_still_wait_differ_in_nothing() -> None:
    refused = MessageRefused(**about(3), reason="insufficient_credits", refused_at=NOW)
    asked_for = [*asked(1), *asked(2), *asked(3), *asked(4)]
    assert differing(noted(), *asked_for, left(1), withdrawn(2), refused) == {}


def test_a_template_message_is_no_free_form_message_outside_its_window() -> None:
    told = facts(noted(), *asked(), left())
    evidence = Evidence(answered=[str(some_id(401))])
    assert "free-form messages released outside their window" not in found_in(
        list(sendings.figures("tests", told, evidence))
    )
    assert found_in(list(sendings.figures("tests", facts(*asked()), evidence))) == {}


def test_invariant_22_a_message_of_a_template_that_was_paused_at_its_release_is_named() -> None:
    assert differing(noted(), *asked(), noted("paused"), left()) == {UNAPPROVED: 1}
    assert differing(noted(), *asked(), left(), noted("paused")) == {}
    assert differing(*asked(), left()) == {UNAPPROVED: 1}


def test_invariant_22_a_message_of_a_template_that_had_changed_is_named() -> None:
    other = FORM.model_copy(update={"body": "Outro texto."})
    assert differing(noted(), *asked(), noted(form=other), left()) == {UNAPPROVED: 1}
    assert differing(noted(), *asked(), noted(None, form=None, category="MARKETING"), left()) == {UNAPPROVED: 1}


def test_invariant_35_a_template_message_that_nobody_asked_for_is_named() -> None:
    found = differing(noted(), left())
    assert found == {"template messages released that nobody requested": 1, UNAPPROVED: 1}


def test_a_request_that_ends_twice_is_named() -> None:
    assert differing(noted(), *asked(), left(), withdrawn()) == {"template messages that ended twice": 1}


def test_a_request_without_an_end_past_its_deadline_is_named() -> None:
    found = differing(noted(), *asked(send_by=timedelta(minutes=-5)))
    assert found == {"template messages requested without an end past their deadline": 1}
