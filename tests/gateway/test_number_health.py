"""What Meta tells of numbers and accounts: recorded once, in whatever order it comes, shown on the channel's page."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from gateway.adapters.door.notices import notice_of
from gateway.adapters.graph.numbers import standing_of
from gateway.application.number_looks import NumberStanding
from recado_chassis.service import Unreadable
from recado_events.ids import PhoneNumberId
from recado_events.inbound import InboundType, InboundUpdate
from recado_events.meta_templates import MetaTemplateSeen
from recado_events.number_health import (
    AccountAlertRaised,
    AccountReviewed,
    AccountStandingReported,
    CapabilityReported,
    NumberNameJudged,
    NumberQualityReported,
    NumberSecurityNoticed,
    NumberSeen,
    OfNotice,
)

from tests.gateway.reviewing import Reviews
from tests.gateway.stage import NUMBER, WABA, Stage
from tests.simulator.bodies.account import account_updates, number_updates
from tests.simulator.bodies.envelope import Line
from tests.simulator.faults import Scope

NOON = 1_795_000_000
LINE = Line(WABA, NUMBER, "12125550100")
ORGANISATION = str(uuid4())


def update(field: str, value: Any, time: int = NOON, organisation: object = ORGANISATION) -> dict[str, Any]:
    """As the door passes it on."""
    return {
        "organisation_id": str(organisation),
        "waba_id": WABA,
        "field": field,
        "entry_time": time,
        "received_at": (NOON + 86_400) * 1_000_000,
        "update": value,
    }


def told(field: str, value: Any, time: int = NOON) -> OfNotice | None:
    return notice_of(InboundUpdate.model_validate(update(field, value, time)))


def values() -> dict[str, tuple[str, Any]]:
    """Every body that the simulator makes about numbers and accounts: its field and value."""
    bodies = {**account_updates(LINE, NOON), **number_updates(LINE, NOON)}
    return {
        name: (change["field"], change["value"])
        for name, body in bodies.items()
        for change in body["entry"][0]["changes"]
    }


KINDS: dict[str, type[OfNotice]] = {
    "account_update": AccountStandingReported,
    "account_review_update": AccountReviewed,
    "account_alerts": AccountAlertRaised,
    "business_capability_update": CapabilityReported,
    "phone_number_quality_update": NumberQualityReported,
    "phone_number_name_update": NumberNameJudged,
    "security": NumberSecurityNoticed,
}


@pytest.mark.parametrize("name", values())
def test_every_field_about_a_number_or_its_account_is_a_notice_of_its_kind(name: str) -> None:
    field, value = values()[name]
    notice = told(field, value)
    if field not in KINDS:
        assert notice is None
        return
    assert type(notice) is KINDS[field]
    assert notice.happened_at.timestamp() == NOON
    assert told(field, dict(reversed(value.items()))) == notice, "a repetition is the same notice"
    later = told(field, value, NOON + 1)
    assert later is not None
    assert later.notice_id != notice.notice_id


def test_restrictions_bans_and_departures_keep_their_details() -> None:
    standing = {name: told(*values()[f"account_update-{name}"]) for name in ("restriction", "ban", "offboarded")}
    restriction, ban, left = standing.values()
    assert isinstance(restriction, AccountStandingReported)
    assert restriction.restrictions[0].kind == "RESTRICTED_BIZ_INITIATED_MESSAGING"
    assert restriction.restrictions[0].expires_at is not None
    assert isinstance(ban, AccountStandingReported)
    assert (ban.ban_state, ban.ban_date) == ("SCHEDULE_FOR_DISABLE", "December 17, 2026")
    assert isinstance(left, AccountStandingReported)
    assert (left.disconnection_reason, left.display_phone_number) == ("PRIMARY_INACTIVITY", LINE.digits)


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ({"max_daily_conversations_per_business": "TIER_2K"}, "TIER_2K"),
        ({"max_daily_conversations_per_business": 2000}, "2000"),
        ({"max_daily_conversation_per_phone": -1}, "TIER_UNLIMITED"),
        ({"max_daily_conversations_per_business": ["x"]}, None),
        ({}, None),
    ],
)
def test_a_limit_is_read_as_text_as_number_and_in_its_old_shape(value: dict[str, Any], limit: str | None) -> None:
    notice = told("business_capability_update", value)
    assert isinstance(notice, CapabilityReported)
    assert notice.limit == limit


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_update", {}),
        ("account_update", None),
        ("account_alerts", {"alert_info": "x"}),
        ("phone_number_quality_update", {"event": ""}),
        ("account_review_update", {"decision": ["APPROVED"]}),
    ],
)
def test_what_lacks_what_it_is_about_is_unreadable_and_nothing_is_guessed(field: str, value: Any) -> None:
    with pytest.raises(Unreadable):
        told(field, value)


@pytest.mark.parametrize("time", [0, -1, NOON * 10, NOON * 1000])
def test_a_time_that_cannot_be_is_the_time_of_receipt_and_milliseconds_are_read(time: int) -> None:
    notice = told("account_review_update", {"decision": "APPROVED"}, time)
    assert notice is not None
    assert notice.happened_at.timestamp() == (NOON if time == NOON * 1000 else NOON + 86_400)


async def connected(stage: Stage) -> str:
    """The number as its channel shows it."""
    await stage.connect()
    shown: str = (await page(stage))["display_phone_number"]
    return shown


async def page(stage: Stage) -> Any:
    await stage.on_database.shown()
    async with stage.administrator() as client:
        answer = await client.get(f"/channels/{NUMBER}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def meta_tells(stage: Stage, notices: Sequence[tuple[str, Any, int]]) -> None:
    for field, value, time in notices:
        body = update(field, value, time, stage.organisation)
        stage.on_database.receives(InboundType.FIELD, stage.organisation, body)


def quality(display: str, event: str, limit: str | None = None) -> tuple[str, Any]:
    return "phone_number_quality_update", {"display_phone_number": display, "event": event, "current_limit": limit}


async def test_the_channels_page_shows_quality_limit_name_reviews_and_alerts(stage: Stage) -> None:
    display = await connected(stage)
    name = {"display_phone_number": display, "decision": "APPROVED", "requested_verified_name": "Padaria Aurora"}
    alert = {"alert_severity": "WARNING", "alert_type": "PROFILE_PICTURE_LOST", "alert_status": "ACTIVE"}
    meta_tells(
        stage,
        [
            (*quality(display, "FLAGGED", "TIER_2K"), NOON),
            ("business_capability_update", {"max_daily_conversations_per_business": "TIER_10K"}, NOON + 5),
            ("phone_number_name_update", name, NOON),
            ("account_review_update", {"decision": "APPROVED"}, NOON),
            ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}}, NOON),
            ("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": NUMBER, "alert_info": alert}, NOON),
            ("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": "1", "alert_info": alert}, NOON),
            (*quality("+55 11 3000-0000", "UNFLAGGED"), NOON + 9),
        ],
    )
    health = (await page(stage))["health"]
    assert (health["quality"]["event"], health["messaging_limit"]) == ("FLAGGED", "TIER_10K")
    assert (health["name"]["decision"], health["name"]["requested_name"]) == ("APPROVED", "Padaria Aurora")
    assert (health["review"]["decision"], health["account"]["violation"]) == ("APPROVED", "SPAM")
    assert [each["alert"] for each in health["alerts"]] == ["PROFILE_PICTURE_LOST"], "not those of another number"
    assert health["security"] is None


async def test_notices_in_any_order_and_any_repetition_show_the_same(stage: Stage) -> None:
    display = await connected(stage)
    notices = [(*quality(display, event), NOON + at) for at, event in enumerate(["ONBOARDING", "FLAGGED", "UNFLAGGED"])]
    notices += [("account_review_update", {"decision": each}, NOON) for each in ("PENDING", "APPROVED")]
    dealt = random.Random(7)
    pages = []
    for _ in range(4):
        meta_tells(stage, dealt.sample(notices * 2, len(notices) * 2))
        pages.append((await page(stage))["health"])
        assert len(stage.facts(OfNotice)) == len(notices)
    assert all(each == pages[0] for each in pages)
    assert pages[0]["quality"]["event"] == "UNFLAGGED"


async def test_what_metas_list_says_of_a_number_is_told_when_it_changes_and_shown(stage: Stage) -> None:
    await stage.connect()
    reviews = Reviews(stage)
    for _ in range(2):
        await asyncio.to_thread(reviews.looks, 901.0)
    (seen,) = stage.facts(NumberSeen)
    assert (seen.phone_number_id, seen.quality, seen.limit, seen.status) == (NUMBER, "GREEN", "TIER_2K", "CONNECTED")
    await stage.meta.change_phone_number(NUMBER, quality="RED", limit="TIER_250", name="Padaria Aurora")
    await asyncio.to_thread(reviews.looks, 901.0)
    health = (await page(stage))["health"]
    assert (health["seen"]["quality"], health["seen"]["verified_name"]) == ("RED", "Padaria Aurora")
    assert health["messaging_limit"] == "TIER_250"
    assert len(stage.facts(NumberSeen)) == 2


async def test_a_list_of_numbers_that_cannot_be_had_tells_nothing_and_stops_nothing(stage: Stage) -> None:
    await stage.connect()
    await stage.meta.fault("error", code=131000, count=None, scope=Scope(operation="phone_numbers"))
    await asyncio.to_thread(Reviews(stage).looks, 901.0)
    assert stage.facts(NumberSeen) == []
    assert stage.facts(MetaTemplateSeen) != []


@pytest.mark.parametrize("row", [None, [], {}, {"id": ""}, {"id": ["1"]}])
def test_a_row_that_names_no_number_is_none(row: Any) -> None:
    assert standing_of(row) is None


def test_words_of_a_row_may_be_of_any_kind() -> None:
    assert standing_of({"id": "1", "verified_name": 5, "quality_rating": "", "status": {}}) == NumberStanding(
        PhoneNumberId("1")
    )
