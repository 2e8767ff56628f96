"""Looks at Meta's list of templates: what is different is told, what is gone is told, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from gateway.adapters.graph.template_bodies import content_of
from gateway.application.accounts import Token
from gateway.application.polling import Polling, compared, digest_of
from gateway.application.template_ports import Account, MetaTemplate, Sighting
from recado_events.gateway import ChannelAuthorisationLost
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId
from recado_events.meta_templates import MetaContent, MetaExample

from tests.gateway.reviewing import FORM, Reviews
from tests.gateway.stage import OTHER_NUMBER, WABA, Stage
from tests.harness.on_memory import OnMemory
from tests.simulator.faults import Scope

LOOKS = Scope(operation="message_templates", method="GET")


@pytest.fixture
async def reviews(stage: Stage) -> Reviews:
    await stage.connect()
    await stage.meta.change_rules(review_seconds=None)
    return Reviews(stage)


async def looks(reviews: Reviews, seconds: float = 901.0) -> None:
    await asyncio.to_thread(reviews.looks, seconds)


async def test_templates_made_elsewhere_are_told_twice_and_then_only_when_they_change(reviews: Reviews) -> None:
    await looks(reviews)
    (first,) = reviews.seen()
    assert (first.name, first.language, first.status, first.category) == (
        "hello_world",
        "en_US",
        "APPROVED",
        "UTILITY",
    )
    assert first.texts.body.startswith("Welcome")
    for _ in range(3):
        await looks(reviews)
    assert [seen.name for seen in reviews.seen()] == ["hello_world", "hello_world"]
    assert reviews.seen()[1].seen_at > first.seen_at

    await reviews.stage.meta.change_template(WABA, "hello_world", event="PAUSED", told=False)
    await looks(reviews)
    assert reviews.seen()[-1].status == "PAUSED"


async def test_a_dead_token_hides_no_account_of_which_another_number_is_served(stage: Stage) -> None:
    await stage.connect(OTHER_NUMBER)
    await stage.meta.expire_tokens(WABA)
    await stage.connect()
    with stage.on_database.store.connection() as connection:
        later = "UPDATE channel_tokens SET kept_at = now() + interval '1 h' WHERE phone_number_id = %s"
        connection.execute(later.encode(), [OTHER_NUMBER])
    reviews = Reviews(stage)
    await looks(reviews)

    assert [seen.name for seen in reviews.seen()] == ["hello_world"]
    assert [fact.phone_number_id for fact in stage.facts(ChannelAuthorisationLost)] == [OTHER_NUMBER]


async def test_every_difference_is_told(reviews: Reviews) -> None:
    await reviews.stage.meta.script_verdict(WABA, FORM.name, "REJECTED", reason="SCAM", at_once=True)
    reviews.submits()
    await asyncio.to_thread(reviews.works)
    for _ in range(2):
        await looks(reviews)
    told = reviews.seen()[-1]
    assert (told.status, told.rejected_reason, told.quality) == ("REJECTED", "SCAM", "UNKNOWN")
    assert told.texts.header == "For you, {{1}}!"
    assert told.texts.buttons[1].url == "https://example.org/orders/{{1}}"
    assert MetaExample(component="body", name="2", value="42") in told.texts.examples
    assert MetaExample(component="button_1", name="1", value="551198") in told.texts.examples
    change = reviews.stage.meta.change_template
    await change(WABA, FORM.name, event="APPROVED", told=False)
    await looks(reviews)
    assert reviews.seen()[-1].status == "APPROVED"
    await change(WABA, FORM.name, category="MARKETING", told=False)
    await looks(reviews)
    assert reviews.seen()[-1].category == "MARKETING"
    await change(WABA, FORM.name, quality="RED", told=False)
    await looks(reviews)
    assert reviews.seen()[-1].quality == "RED"
    await change(WABA, FORM.name, body="Dear {{1}}, order {{2}} is here.", told=False)
    await looks(reviews)
    assert reviews.seen()[-1].texts.body == "Dear {{1}}, order {{2}} is here."


async def test_one_that_is_absent_at_two_looks_is_gone(reviews: Reviews) -> None:
    await looks(reviews)
    await reviews.stage.meta.change_template(WABA, "hello_world", event="DELETED", told=False)
    await looks(reviews)
    assert reviews.gone() == []
    await looks(reviews)
    assert [gone.name for gone in reviews.gone()] == ["hello_world"]
    await looks(reviews)
    assert len(reviews.gone()) == 1


async def test_a_look_that_fails_says_nothing_of_anybody(reviews: Reviews) -> None:
    await looks(reviews)
    for kind in ("drop", "error", "not_json"):
        await reviews.stage.meta.fault(kind, when="before", scope=LOOKS)
        await looks(reviews)
    assert reviews.gone() == []
    await looks(reviews)
    assert len(reviews.seen()) == 2


async def test_a_long_list_is_read_page_by_page(reviews: Reviews) -> None:
    for number in range(230):
        await reviews.stage.meta.create_template(WABA, f"n{number}")
    await looks(reviews)
    assert len(reviews.seen()) == 231


async def test_an_account_is_looked_at_once_an_interval_by_one_worker(reviews: Reviews) -> None:
    async with Stage.another(reviews.stage) as second:
        other = Reviews(second)
        counts = await asyncio.gather(asyncio.to_thread(reviews.polling.look), asyncio.to_thread(other.polling.look))
        assert sorted(counts) == [0, 1]
    assert await asyncio.to_thread(reviews.polling.look) == 0
    reviews.stage.clock.advance(901)
    assert await asyncio.to_thread(reviews.polling.look) == 1


async def test_two_numbers_of_an_account_are_one_account_and_none_is_none(reviews: Reviews) -> None:
    await reviews.stage.connect(OTHER_NUMBER)
    assert await asyncio.to_thread(reviews.polling.look) == 1
    async with reviews.stage.administrator() as client:
        for number in ("106540352242922", OTHER_NUMBER):
            assert (await client.post(f"/channels/{number}/disconnect")).status_code == 200
    reviews.stage.clock.advance(901)
    assert await asyncio.to_thread(reviews.polling.look) == 0


class Accounts:
    """Three accounts whose turn it is, of which Meta's answer about the second makes no sense to us."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def accounts(self) -> list[Account]:
        return [(OrganisationId(uuid4()), WabaId(name)) for name in "abc"]

    def of_account(self, account: Account) -> list[tuple[PhoneNumberId, Token | None]]:
        return [(PhoneNumberId("1"), Token("secret", 1))]

    def due(self, accounts: list[Account], now: datetime, interval: timedelta) -> list[Account]:
        return accounts

    def of(self, account: Account) -> dict[str, Sighting]:
        return {}

    def listing(self, waba_id: WabaId, token: Token) -> list[MetaTemplate]:
        self.asked.append(waba_id)
        return [] if waba_id != "b" else [None]  # type: ignore[list-item]


def test_an_account_that_cannot_be_looked_at_stops_no_other_and_is_told() -> None:
    accounts: Any = Accounts()
    polling = Polling(OnMemory(()).streams, accounts, accounts, accounts, timedelta(minutes=15))
    with pytest.raises(AttributeError):
        polling.look()
    assert accounts.asked == ["a", "b", "c"]


def test_what_one_look_makes_of_the_last() -> None:
    one = MetaTemplate("1", "a", "en", "APPROVED", "UTILITY", None, None, MetaContent(body="x"))
    first = compared({}, {"1": one})
    assert first == {"1": Sighting("a", "en", digest_of(one), told=1)}
    again = compared({"1": Sighting("a", "en", digest_of(one), told=1, missed=1)}, {"1": one})
    assert again == {"1": Sighting("a", "en", digest_of(one), told=2, missed=0)}
    missed = compared({"1": Sighting("a", "en", "d", told=2)}, {})
    assert missed == {"1": Sighting("a", "en", "d", told=2, missed=1)}
    assert compared({"1": Sighting("a", "en", "d", told=2, missed=1)}, {}) == {"1": None}


def test_parts_that_cannot_be_filled_here_are_named() -> None:
    listed = {
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["x"]}},
            {
                "type": "BODY",
                "text": "Hi {{first_name}}!",
                "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Go"}, {"type": "URL", "url": "https://a.b"}]},
            {"type": "CAROUSEL", "cards": []},
        ],
    }
    content = content_of(listed)
    assert content.unsupported == ("header_image", "carousel", "button_flow")
    assert content.parameter_format == "named"
    assert content.examples == (MetaExample(component="body", name="first_name", value="Ana"),)
    assert content_of({}) == MetaContent()
    assert content_of({"components": [7, {"type": None}, {"type": "BODY", "text": 7}]}).body == ""
