"""`recado verify` for crm: right where all is right, and each planted mistake is seen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from crm.adapters.postgres.verifying import figures, merges
from crm.application.folds import fold_of
from crm.domain.private import ContactImportPartTaken
from hypothesis import given, settings
from hypothesis import strategies as st
from recado_chassis.verifying.evidence import Evidence
from recado_events.crm import (
    ContactConversationStarted,
    ContactCreated,
    ContactDetails,
    ContactLinked,
    ContactRestored,
    ContactUnmerged,
    PipelineRecordDetails,
    PipelineRecordMoved,
    PipelineRecordOpened,
)
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import ContactId, CustomerId, PipelineId, PipelineRecordId, StageId, UserId
from recado_events.refusal import Refusal

from tests.crm.office import NUMBER, Office
from tests.crm.stage import Stage, number, user_alias
from tests.harness.on_database import SETTINGS, ServiceOnDatabase
from tests.harness.on_memory import FINGERPRINTS
from tests.libs.chassis.verifying.test_published import found_in

NOW = datetime.now(UTC)
ASTRAY = "aliases under which no living contact of theirs is met"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `recado verify` finds it."""
    for name, value in {**SETTINGS, "database": "postgresql://nowhere"}.items():
        monkeypatch.setenv(f"RECADO_{name.upper()}", value)


def wrong(service: ServiceOnDatabase, planted: str = "SELECT") -> list[str]:
    with service.store.connection() as connection:
        connection.execute(planted.encode())
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


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        ("DELETE FROM unique_rows WHERE kind = 'customer'", "customers that are not found under their contact"),
        ("DELETE FROM unique_rows WHERE kind = 'alias'", ASTRAY),
        ("UPDATE unique_rows SET owner = gen_random_uuid() WHERE kind = 'alias'", ASTRAY),
    ],
)
async def test_each_planted_row_is_seen(office: Office, planted: str, name: str) -> None:
    await lived(office)
    assert wrong(office.service, planted) == [name]


async def test_somebody_who_wrote_and_is_two_contacts_or_none_is_seen(office: Office) -> None:
    await lived(office)

    def people(*numbers: str) -> list[str]:
        told = {"metadata": {"phone_number_id": NUMBER}, "messages": [{"from": n, "type": "text"} for n in numbers]}
        taken = Evidence(taken=[{"entry": [{"changes": [{"field": "messages", "value": told}]}]}])
        with office.service.store.connection() as connection:
            return [figure.name for figure in figures(connection, taken) if figure.differs]

    assert people("5511987654321", "16505550001") == []
    assert people("5511987654321", "16505550002") == ["people who wrote and are not exactly one contact"]


# Merges --------------------------------------------------------------------------------------------------


def differing(stage: Stage, facts: list[Event]) -> dict[str, int]:
    rows = {(key.scope, key.value): owner for key, owner in stage.store._tables.unique.items() if key.kind == "alias"}
    return found_in(list(merges.figures("tests", facts, rows, FINGERPRINTS)))


def parted() -> Stage:
    """Two contacts that were merged and parted."""
    stage = Stage()
    stage.identified(number("5511987654321"))
    stage.identified(number("16505551234"), user_alias("US.1"))
    kept, left = stage.contacts()
    stage.merges(kept, left)
    stage.unmerges(left)
    return stage


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (ContactRestored, {"customers": ()}),
        (ContactUnmerged, {"customers": ()}),
        (ContactUnmerged, {"personal": None}),
    ],
)
def test_rule_13_a_contact_that_did_not_get_back_what_is_its_own_is_seen(kind: type[Event], change: Any) -> None:
    stage = parted()
    assert differing(stage, stage.facts()) == {}
    facts = [fact.model_copy(update=change) if isinstance(fact, kind) else fact for fact in stage.facts()]
    assert "contacts parted that did not get back what is theirs" in differing(stage, facts)


def test_rules_10_to_13_an_alias_that_leads_to_who_does_not_have_it_is_seen() -> None:
    stage = Stage()
    stage.identified(number("5511987654321"))
    stage.identified(number("16505551234"))
    first, second = stage.contacts()
    rows = dict(stage.store._tables.unique)
    for key, owner in rows.items():
        if key.kind == "alias" and owner == str(second):
            stage.store._tables.unique[key] = str(first)
    assert differing(stage, stage.facts()) == {ASTRAY: 1}


NAMES = [number("5511987654321"), number("551187654321"), number("16505551234"), user_alias("BR.1"), user_alias("US.2")]
ACTS = st.lists(
    st.tuples(st.sampled_from(["met", "known", "merge", "unmerge", "one"]), st.integers(0, 4), st.integers(0, 4)),
    max_size=14,
)


@settings(max_examples=60)
@given(ACTS)
def test_rules_10_to_13_whatever_is_merged_and_parted_nothing_differs(acts: list[tuple[str, int, int]]) -> None:
    stage = Stage()
    customers: list[CustomerId] = [stage.identified(name) for name in NAMES[2:]]
    for act, one, other in acts:
        contacts = stage.contacts()
        with suppress(Refusal, IndexError):
            match act:
                case "met":
                    customers.append(stage.identified(NAMES[one], NAMES[other]))
                case "known":
                    stage.also_known_as(customers[one], NAMES[other])
                case "merge":
                    stage.merges(contacts[one], contacts[other])
                case "unmerge":
                    stage.unmerges(contacts[one])
                case "one" if customers[one] != customers[other]:
                    stage.merged(customers[one], customers[other])
    assert differing(stage, stage.facts()) == {}
