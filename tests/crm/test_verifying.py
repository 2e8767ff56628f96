"""`recado verify` for crm: right where all is right, and each planted mistake is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from crm.adapters.postgres.verifying import figures
from crm.application.folds import fold_of
from crm.domain.private import ContactImportPartTaken
from recado_chassis.verifying.evidence import Evidence
from recado_events.crm import (
    ContactConversationStarted,
    ContactCreated,
    ContactDetails,
    ContactLinked,
    PipelineRecordDetails,
    PipelineRecordMoved,
    PipelineRecordOpened,
)
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import ContactId, PipelineId, PipelineRecordId, StageId, UserId

from tests.crm.office import NUMBER, Office
from tests.harness.on_database import ServiceOnDatabase

NOW = datetime.now(UTC)


def wrong(service: ServiceOnDatabase) -> list[str]:
    with service.store.connection() as connection:
        return [figure.name for figure in figures(connection, Evidence()) if figure.differs]


def plants(office: Office, *facts: Event) -> None:
    """Facts that no rule decided."""

    def plant(work: Any) -> None:
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        work.record(facts, Cause("planted"))

    office.service.service.streams.transact(plant)


async def lived(office: Office) -> str:
    """Automatic records, an import, a merge and its end; the only import."""
    body = {"name": "Sales", "stages": [{"name": "Asked"}, {"name": "Sold"}]}
    stages = (await office.does("POST", "/pipelines", body)).json()["stage_ids"]
    await office.does("PUT", f"/channels/{NUMBER}/record-rules", {"stage_id": stages[0]})
    office.customer()
    office.customer("16505550001", name="Bia")
    kept, left = sorted([each["contact_id"] for each in await office.listed()])
    await office.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    await office.does("POST", f"/contacts/{left}/unmerge")
    (record, _) = (await office.sees("/pipeline-records"))["items"]
    await office.does("PUT", f"/pipeline-records/{record['pipeline_record_id']}/stage", {"stage_id": stages[1]})
    path = f"/imports/{await office.made('/imports', {'columns': ['name']}, 'import_id')}"
    for part in (1, 2):
        await office.does("PUT", f"{path}/parts/{part}", {"csv": f"Caio {part}\n\n"})
    return path.rpartition("/")[2]


async def test_where_all_is_right_nothing_differs(office: Office) -> None:
    await lived(office)
    assert wrong(office.service) == []


def opened_again(office: Office, _: str) -> Event:
    talk = next(fact for fact in office.service.facts(PipelineRecordOpened)).conversation_id
    return PipelineRecordOpened(
        organisation_id=office.organisation,
        pipeline_record_id=PipelineRecordId(uuid4()),
        origin="rule",
        pipeline_id=PipelineId(uuid4()),
        stage_id=StageId(uuid4()),
        conversation_id=talk,
        opened_at=NOW,
        personal=PipelineRecordDetails(name="x"),
    )


def moved_unopened(office: Office, _: str) -> Event:
    return PipelineRecordMoved(
        organisation_id=office.organisation,
        pipeline_record_id=PipelineRecordId(uuid4()),
        pipeline_id=PipelineId(uuid4()),
        stage_id=StageId(uuid4()),
        previous_stage_id=StageId(uuid4()),
        outcome="open",
        moved_by=UserId(uuid4()),
        moved_at=NOW,
    )


def part_again(office: Office, import_id: str) -> Event:
    at: Any = {"organisation_id": office.organisation, "import_id": UUID(import_id)}
    return ContactImportPartTaken(**at, part=2, rows=0, created=0, changed=0, rejected=(), taken_at=NOW)


def made_uncounted(office: Office, _: str) -> Event:
    return ContactCreated(
        organisation_id=office.organisation,
        contact_id=ContactId(uuid4()),
        origin="import",
        created_at=NOW,
        personal=ContactDetails(name="Ana", aliases=()),
    )


def linked_twice(office: Office, _: str) -> Event:
    linked: ContactLinked = office.service.facts(ContactLinked)[-1]
    return linked.model_copy(update={"contact_id": ContactId(uuid4())})


def begun_twice(office: Office, _: str) -> Event:
    talk = office.service.facts(ContactConversationStarted)[-1]
    other: ContactConversationStarted = office.service.facts(ContactConversationStarted)[0]
    return other.model_copy(update={"conversation_id": talk.conversation_id})


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        (opened_again, "conversations for which a rule opened several pipeline records"),
        (moved_unopened, "pipeline records told of before they were opened"),
        (part_again, "imports whose parts were not taken once each, in their order"),
        (made_uncounted, "organisations whose imports made other contacts than they counted"),
        (linked_twice, "customers linked to more than one contact"),
        (begun_twice, "conversations of more than one contact"),
    ],
)
async def test_each_planted_mistake_is_seen(office: Office, mistake: Callable[[Office, str], Event], name: str) -> None:
    started = await lived(office)
    plants(office, mistake(office, started))
    assert name in wrong(office.service)
