"""`recado verify` for templates: right where all is right, and each planted mistake is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from recado_chassis.verifying.evidence import Evidence
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import RequestId, TemplateId, UserId
from recado_events.templates import TemplateApproved, TemplateArchived, TemplateDeleted, TemplateSubmitted
from templates.adapters.postgres.verifying import figures
from templates.application.shelf import fold_of
from templates.domain.private import MetaSaid, RequestTaken, TemplateUncounted

from tests.harness.on_database import ServiceOnDatabase
from tests.templates.office import META_ID, WABA, Office
from tests.templates.stage import form

NOW = datetime.now(UTC)


def wrong(service: ServiceOnDatabase, evidence: Evidence | None = None) -> list[str]:
    with service.store.connection() as connection:
        return [figure.name for figure in figures(connection, evidence or Evidence()) if figure.differs]


def plants(office: Office, *facts: Event) -> None:
    """Facts that no rule decided."""
    streams = office.service.service.streams

    def plant(work: Any) -> None:
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        work.record(facts, Cause("planted"))

    streams.transact(plant)


async def lived(office: Office) -> TemplateId:
    """Templates in all states; one of them approved and paused and approved."""
    await office.makes(name="draft", draft=True)
    template = await office.makes()
    office.takes()
    for word in ("APPROVED", "PAUSED", "APPROVED", "FLAGGED"):
        office.status(word)
    office.webhook("template_category_update", new_category="MARKETING")
    await office.makes(name="refused")
    office.refuses("name_taken")
    gone = await office.makes(name="gone", draft=True)
    await office.does("DELETE", f"/templates/{gone}")
    return TemplateId(template)


async def test_where_all_is_right_nothing_differs(office: Office) -> None:
    await lived(office)
    assert wrong(office.service) == []


def said(office: Office, template: TemplateId, word: str, ago: int = 0, about: str = "status") -> MetaSaid:
    at = NOW + timedelta(hours=1) - timedelta(hours=ago)
    return MetaSaid(**place(office, template), about=about, word=word, evidence="webhook", said_at=at)


def place(office: Office, template: TemplateId) -> Any:
    return {"organisation_id": office.organisation, "waba_id": WABA, "template_id": template}


def submitted(office: Office, template: TemplateId) -> TemplateSubmitted:
    by = UserId(uuid4())
    at = place(office, template)
    return TemplateSubmitted(**at, request_id=RequestId(uuid4()), form=form(), submitted_by=by, submitted_at=NOW)


def taken_twice(office: Office, template: TemplateId) -> list[Event]:
    at = {**place(office, template), "request_id": RequestId(uuid4()), "meta_template_id": META_ID}
    return [RequestTaken(**at, evidence="answer", taken_at=NOW)] * 2


Planted = Callable[[Office, TemplateId], list[Event]]


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        (
            lambda o, t: [said(o, t, "PAUSED"), said(o, t, "APPROVED", ago=1)],
            "templates where an older word of Meta took the place of a newer one",
        ),
        (lambda o, t: [said(o, t, "DISABLED")], "templates of which something else is told than Meta said last"),
        (
            lambda o, t: [TemplateArchived(**place(o, t), archived_at=NOW)],
            "templates of which something else is told than Meta said last",
        ),
        (
            lambda o, t: [said(o, t, "UTILITY", about="category")],
            "templates of which something else is told than Meta said last",
        ),
        (taken_twice, "templates with a submission that has two answers"),
        (
            lambda o, t: [
                TemplateUncounted(organisation_id=o.organisation, waba_id=WABA, template_id=t, uncounted_at=NOW)
            ],
            "templates that are counted and should not be, or the other way round",
        ),
        (
            lambda o, _: [submitted(o, TemplateId(uuid4())) for _ in range(201)],
            "accounts where more than 200 were submitted",
        ),
    ],
)
async def test_a_planted_mistake_is_seen(office: Office, planted: Planted, name: str) -> None:
    template = await lived(office)
    plants(office, *planted(office, template))
    assert name in wrong(office.service)


async def test_a_name_that_leads_elsewhere_is_seen(office: Office) -> None:
    await lived(office)
    with office.service.store.connection() as connection:
        connection.execute("UPDATE unique_rows SET owner = %s WHERE kind = 'name'", [str(uuid4())])
    assert "names that do not lead to their template" in wrong(office.service)


async def test_a_send_of_what_was_never_approved_is_seen(office: Office) -> None:
    template = await lived(office)
    request = {"template": {"name": "order_ready", "language": {"code": "en_US"}}}
    send = {"type": "template", "waba_id": WABA, "request": request}
    assert wrong(office.service, Evidence(sends=[send])) == []
    strange = {**send, "request": {"template": {"name": "draft", "language": {"code": "en_US"}}}}
    assert wrong(office.service, Evidence(sends=[send, strange])) == [
        "sends of templates that were never approved here"
    ]
    assert office.service.facts(TemplateApproved)[0].template_id == template
    assert len(office.service.facts(TemplateDeleted)) == 1
