"""Rule 9: who came from an ad and was answered within a day is written to free of charge for 72 hours; screens say
until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from conversations.commands import NoteFreeEntry
from conversations.domain.private import FreeEntryNoted
from recado_events import billing
from recado_events.conversations import ConversationOpened, CustomersMerged
from recado_events.ids import CustomerId

from tests.conversations.business import Business
from tests.conversations.listening import served
from tests.conversations.office import Office
from tests.conversations.stage import NUMBER, ORGANISATION, number, user_alias
from tests.harness.on_database import told

PHONE, BSUID = number("5511987654321"), user_alias("BR.1")
CAME = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def stage() -> Business:
    return Business()


def notes(stage: Business, customer_id: CustomerId, until: datetime) -> None:
    at: Any = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER, "customer_id": customer_id}
    stage.do(stage.listening.note_free_entry, NoteFreeEntry(**at, free_until=until, now=stage.now))


def test_rule_9_of_two_free_entries_the_later_end_counts_in_whatever_order_they_are_told(stage: Business) -> None:
    stage.writes(PHONE)
    whose = stage.one(ConversationOpened).customer_id
    for hours in (72, 48, 72):
        notes(stage, whose, CAME + timedelta(hours=hours))
    assert [fact.free_until for fact in stage.facts(FreeEntryNoted)] == [CAME + timedelta(hours=72)]


def test_rule_9_whoever_two_customers_are_found_to_be_keeps_the_free_entry_of_either(stage: Business) -> None:
    stage.writes(PHONE)
    stage.writes(BSUID)
    first, second = (fact.customer_id for fact in stage.facts(ConversationOpened))
    notes(stage, second, CAME)
    stage.writes(PHONE, BSUID)
    survivor = stage.one(CustomersMerged).customer_id
    assert (survivor, stage.customer(survivor).free_until) == (first, CAME)
    notes(stage, second, CAME + timedelta(hours=1))
    assert stage.customer(survivor).free_until == CAME + timedelta(hours=1), "told of who they were before"


async def test_rule_9_a_conversations_window_shows_until_when_messages_are_free_and_an_open_screen_is_told(
    office: Office,
) -> None:
    office.customer_writes()
    (opened,) = office.service.facts(ConversationOpened)
    assert (await window(office, opened.conversation_id))["free_until"] is None
    entered = billing.FreeEntryOpened(
        organisation_id=office.organisation,
        phone_number_id=opened.phone_number_id,
        customer_id=opened.customer_id,
        answered_at=CAME,
        free_until=CAME + timedelta(hours=72),
    )
    async with served(office.service) as street, street.reader(office.agent(0)) as screen:
        await screen.says("ready")
        office.service.hears(told(entered))
        await screen.until(lambda reader: "free-entry-noted" in reader.types(), "the free entry")
    shown = {"customer_id": str(opened.customer_id), "free_until": "2026-10-08T12:00:00Z"}
    assert screen.named("customer")[-1].data == {
        "type": "free-entry-noted", "phone_number_id": opened.phone_number_id, **shown,
    }  # fmt: skip
    assert (await window(office, opened.conversation_id))["free_until"] == shown["free_until"]
    (listed,) = (await office.sees("/conversations"))["items"]
    assert listed["window"]["free_until"] == shown["free_until"]


async def window(office: Office, talk: UUID) -> Any:
    return (await office.sees(f"/conversations/{talk}"))["window"]
