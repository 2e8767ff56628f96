"""Rule 3: silence ends conversations where the number's rule says so; who writes soon after goes on with the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from conversations.adapters.postgres import INBOX, InboxQuestions
from conversations.application import Ruling, Silencing, ruling
from conversations.application.scene import Scene
from conversations.commands import CloseSilent
from conversations.domain.private import ActivityNoted
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.following.rebuild import digest, rebuild
from recado_chassis.work import Work
from recado_events import gateway
from recado_events.conversations import (
    ConversationAssigned,
    ConversationClosed,
    ConversationDequeued,
    ConversationOpened,
    ConversationReopened,
    ConversationRulesChosen,
    ConversationUnassigned,
    MessageReceived,
    RotaTurnTaken,
)
from recado_events.envelope import Cause
from recado_events.gateway import ChannelDisconnected
from recado_events.ids import ConversationId, PhoneNumberId, UserId
from recado_events.inbound import InboundType

from tests.conversations.living import DAY, Living
from tests.conversations.office import NUMBER, Office
from tests.harness.on_database import ServiceOnDatabase, told
from tests.harness.on_memory import FINGERPRINTS

HOUR = timedelta(hours=1)
RULES = f"/channels/{NUMBER}/conversation-rules"


def test_rule_3_no_conversation_closes_by_silence_by_default() -> None:
    living = Living()
    living.writes()
    living.later(days=400)
    assert living.is_silent() == []


def test_rule_3_a_conversation_in_which_nobody_wrote_for_that_long_closes_as_inactivity() -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    living.later(hours=23)
    assert living.is_silent() == []
    living.later(hours=1)
    (closed,) = [fact for fact in living.is_silent() if isinstance(fact, ConversationClosed)]
    assert (closed.reason, closed.closed_by, closed.closed_at) == ("inactivity", None, living.now)


@pytest.mark.parametrize("act", ["customer", "agent", "template", "app"])
def test_rule_3_whoever_writes_begins_the_time_anew(act: str) -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    living.later(hours=20)
    acts: dict[str, Any] = {
        "customer": living.writes,
        "agent": lambda: living.replies(living.talk()),
        "template": lambda: living.sends(contact__first_name="Rita"),
        "app": living.echoes,
    }
    acts[act]()
    living.later(hours=10)
    assert living.is_silent() == []
    living.later(hours=14)
    assert any(isinstance(fact, ConversationClosed) for fact in living.is_silent())


def test_rule_3_a_conversation_that_waits_in_the_queue_leaves_it_when_it_closes() -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    living.later(days=2)
    living.is_silent()
    assert living.one(ConversationDequeued).reason == "closed"


def test_rule_3_a_rule_that_was_taken_back_closes_nothing_any_more() -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    living.rules()
    living.later(days=3)
    assert living.is_silent() == []


def test_rule_3_one_that_was_opened_again_by_hand_is_not_closed_at_once() -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    living.later(days=2)
    living.is_silent()
    living.later(days=2)
    living.reopens(living.talk())
    assert living.is_silent() == []
    living.later(days=1)
    assert any(isinstance(fact, ConversationClosed) for fact in living.is_silent())


def test_rule_36_a_disconnected_channel_is_read_only_for_silence_too() -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    living.connects(False)
    living.later(days=3)
    assert living.is_silent() == []


def test_a_message_that_comes_late_is_no_silence() -> None:
    """Meta delivers for up to a week: what was written two days ago and comes now has not been silent for two days."""
    living = Living()
    living.rules(close_after=DAY)
    living.writes(at=living.now - 2 * DAY)
    assert living.is_silent() == []
    assert living.one(ActivityNoted).noted_at == living.now


def test_without_a_rule_nothing_is_noted_of_who_writes() -> None:
    living = Living()
    living.writes()
    living.later(days=3)
    living.writes()
    assert living.facts(ActivityNoted) == []


@given(st.lists(st.tuples(st.sampled_from(["customer", "agent", "look"]), st.integers(0, 30)), max_size=25))
def test_rule_3_nothing_closes_sooner_than_half_of_the_time_after_the_last_word_however_wrong_the_screen_is(
    story: list[tuple[str, int]],
) -> None:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    last = living.now
    for act, hours in story:
        living.later(hours=hours)
        if act == "look":
            closed = living.is_silent()
            assert not closed or living.now - last >= DAY / 2
            if closed:
                return
            assert living.now - last < DAY
        elif act == "customer":
            living.writes()
            last = living.now
        elif living.customer(living.somebody()).may_be_written_to(living.now):
            living.replies(living.talk())
            last = living.now


# Going on ------------------------------------------------------------------------------------------------------------


def test_rule_3_by_default_who_writes_after_the_end_begins_a_new_conversation() -> None:
    living = Living()
    living.writes()
    first = living.talk()
    living.closes(first)
    living.writes()
    assert living.facts(ConversationOpened)[-1].previous_id == first
    assert living.facts(ConversationReopened) == []


def test_rule_3_who_writes_within_the_grace_goes_on_with_the_same_conversation_and_owner() -> None:
    living = Living()
    ana, _ = living.agents(2)
    living.rota([ana])
    living.rules(reopen_within=HOUR)
    living.writes()
    living.closes(living.talk())
    living.later(minutes=60)
    living.writes()
    assert living.one(ConversationReopened).reopened_by is None
    received = living.facts(MessageReceived)
    assert received[0].conversation_id == received[1].conversation_id == living.one(ConversationOpened).conversation_id
    assert [fact.user_id for fact in living.facts(ConversationAssigned)] == [ana]
    assert len(living.facts(RotaTurnTaken)) == 1


def test_rule_3_after_the_grace_a_new_conversation_begins() -> None:
    living = Living()
    living.rules(reopen_within=HOUR)
    living.writes()
    living.closes(living.talk())
    living.later(minutes=61)
    living.writes()
    assert len(living.facts(ConversationOpened)) == 2


def test_rule_3_what_was_written_before_the_end_and_comes_after_it_goes_on_where_it_was_written() -> None:
    living = Living()
    living.rules(reopen_within=HOUR)
    living.writes()
    living.later(hours=3)
    living.closes(living.talk())
    living.later(hours=2)
    living.writes(at=living.now - 3 * HOUR)
    assert len(living.facts(ConversationOpened)) == len(living.facts(ConversationReopened)) == 1


def test_rule_3_an_owner_who_may_reply_no_more_does_not_get_it_back() -> None:
    living = Living()
    ana, bruno = living.agents(2)
    living.rota([ana, bruno])
    living.rules(reopen_within=HOUR)
    living.writes()
    living.closes(living.talk())
    living.register(ana, active=False)
    living.writes()
    (left,) = living.facts(ConversationUnassigned)
    assert (left.user_id, left.reason) == (ana, "inactive")
    assert [assigned.user_id for assigned in living.facts(ConversationAssigned)] == [ana, bruno]


def test_rule_16_who_may_reply_no_more_and_comes_back_has_nothing_that_waits() -> None:
    living = Living()
    (ana,) = living.agents(1)
    living.rules(reopen_within=HOUR)
    living.rota([ana])
    living.writes()
    living.closes(living.talk())
    living.register(ana, active=False)
    living.writes()
    waiting = living.customer(living.somebody()).conversations[living.talk()]
    assert (waiting.state, waiting.assignee) == ("open", None)


def test_rule_3_the_business_s_own_phone_app_reopens_nothing() -> None:
    living = Living()
    living.rules(reopen_within=HOUR)
    living.writes()
    living.closes(living.talk())
    living.echoes()
    assert living.facts(ConversationReopened) == []
    assert len(living.facts(ConversationOpened)) == 2


# On real servers -----------------------------------------------------------------------------------------------------


async def test_rule_3_the_rules_of_a_number_are_chosen_by_administrators_and_shown(office: Office) -> None:
    told = await office.does("PUT", RULES, {"close_after": "PT24H", "reopen_within": "PT30M", "typing": False})
    assert told == await office.sees(RULES, office.agent())
    assert told == {"close_after": "P1D", "reopen_within": "PT30M", "read_receipts": "asked", "typing": False}
    (chosen,) = office.service.facts(ConversationRulesChosen)
    assert (chosen.close_after_seconds, chosen.reopen_within_seconds) == (86_400, 1_800)
    refused = await office.client.put(RULES, json={}, headers=office.agent())
    assert refused.status_code == 403


NO_RULES: list[dict[str, Any]] = [
    {"close_after": "PT0S"},
    {"close_after": "-P1D"},
    {"close_after": 60},
    {"reopen_within": "soon"},
    {"read_receipts": True},
    {"x": 1},
]


@pytest.mark.parametrize("body", NO_RULES)
async def test_rules_that_cannot_be_are_refused_by_name(office: Office, body: dict[str, Any]) -> None:
    refused = await office.client.put(RULES, json=body, headers=office.administrator)
    assert refused.status_code == 422
    assert next(iter(body)) in refused.text


def silent(office: Office, *wa_ids: str) -> list[ConversationId]:
    """Customers who wrote two hours ago; their conversations, in the order in which they wrote."""
    for index, wa_id in enumerate(wa_ids):
        ago = str(int((datetime.now(UTC) - timedelta(hours=2)).timestamp()) + index)
        update = {"from": wa_id, "id": f"wamid.{uuid4().hex}", "timestamp": ago, "type": "text", "text": {"body": "x"}}
        office.service.receives(InboundType.MESSAGE, office.organisation, office.inbound(update))
    opened = [fact for fact in office.service.facts(ConversationOpened) if fact.organisation_id == office.organisation]
    return [fact.conversation_id for fact in opened[-len(wa_ids) :]]


def silencing(office: Office, how: type[Ruling] = Ruling) -> Silencing:
    questions = InboxQuestions(office.service.store.connection)
    return Silencing(office.service.service.streams, how(Scene(FINGERPRINTS)), questions)


def closed_by_silence(office: Office) -> list[ConversationId]:
    return [fact.conversation_id for fact in office.service.facts(ConversationClosed) if fact.reason == "inactivity"]


async def test_rule_3_workers_close_what_has_been_silent_and_nothing_else(office: Office) -> None:
    opened_again, quiet = silent(office, "5511900000002", "5511900000003")
    await office.does("PUT", RULES, {"close_after": "PT1H"})
    office.customer_writes(wa_id="5511900000001")
    await office.does("POST", f"/conversations/{opened_again}/close")
    await office.does("POST", f"/conversations/{opened_again}/reopen")
    await office.service.shown()
    rounds = silencing(office)
    assert await asyncio.to_thread(rounds.close) == 1
    assert closed_by_silence(office) == [quiet]
    await office.service.shown()
    assert await asyncio.to_thread(rounds.close) == 0
    (shown,) = (await office.sees("/conversations?view=closed"))["items"]
    assert shown["conversation_id"] == str(quiet)


async def test_rule_36_what_is_silent_at_a_disconnected_number_keeps_nobody_else_from_closing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "AT_ONCE", 2)
    other = Office(office.service, office.client)
    await other.open()
    silent(office, "5511900000001", "5511900000002")
    (theirs,) = silent(other, "5511900000003")
    for each in (office, other):
        await each.does("PUT", RULES, {"close_after": "PT1H"})
    gone = gateway.ChannelDisconnected(
        organisation_id=office.organisation,
        phone_number_id=PhoneNumberId(NUMBER),
        reason="person",
        disconnected_by=UserId(uuid4()),
        disconnected_at=datetime.now(UTC),
    )
    office.service.hears(told(gone))
    await office.service.shown()
    assert await asyncio.to_thread(silencing(office).close) == 1
    assert closed_by_silence(office) == [theirs]


class Stumbling(Ruling):
    """The first conversation that it is to close cannot be closed, however often it is tried."""

    unlucky: ConversationId | None = None

    def close_silent(self, work: Work, command: CloseSilent, cause: Cause) -> None:
        self.unlucky = self.unlucky or command.conversation_id
        if command.conversation_id == self.unlucky:
            raise ZeroDivisionError
        super().close_silent(work, command, cause)


async def test_rule_3_a_conversation_that_cannot_be_closed_keeps_no_other_from_closing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "AT_ONCE", 1)
    _, second = silent(office, "5511900000001", "5511900000002")
    await office.does("PUT", RULES, {"close_after": "PT1H"})
    await office.service.shown()
    rounds = silencing(office, Stumbling)
    for _ in range(2):
        with suppress(ZeroDivisionError):
            await asyncio.to_thread(rounds.close)
    assert closed_by_silence(office) == [second]


async def test_rule_36_what_is_silent_at_a_disconnected_number_stands_in_nobodys_way(office: Office) -> None:
    """However much of it there is: workers look at so many at once, the longest silent first."""
    office.may_write_first()
    await office.does("PUT", RULES, {"close_after": "PT5M"})
    office.customer_writes()
    await office.service.shown()
    questions, later = InboxQuestions(office.service.store.connection), datetime.now(UTC) + HOUR
    assert len(questions.silent(later, None, 1)) == 1
    place: Any = {"organisation_id": office.organisation, "phone_number_id": NUMBER}
    office.service.hears(told(ChannelDisconnected(**place, reason="person", disconnected_at=datetime.now(UTC))))
    await office.service.shown()
    assert questions.silent(later, None, 1) == []


async def test_d1_a_rebuilt_screen_knows_the_same_rules(office: Office, service: ServiceOnDatabase) -> None:
    await office.does("PUT", RULES, {"close_after": "PT1H"})
    office.customer_writes()
    await service.shown()
    before = digest(service.dsn, INBOX)
    rebuild(service.dsn, INBOX, service.service.streams.mapper)
    assert digest(service.dsn, INBOX) == before


async def test_rule_3_a_conversation_that_goes_on_with_nobody_there_waits_among_the_unassigned(office: Office) -> None:
    await office.does("PUT", RULES, {"reopen_within": "PT1H"})
    office.customer_writes()
    talk, first = office.service.facts(ConversationOpened)[0].conversation_id, str(office.agents[0])
    assert [each.user_id for each in office.service.facts(ConversationAssigned)] == [office.agents[0]]
    await office.does("POST", f"/conversations/{talk}/close")
    await activates(office, 0, False)
    await activates(office, 1, False)
    office.customer_writes("Mais uma coisa")
    (waiting,) = (await office.sees("/conversations?view=unassigned"))["items"]
    assert (waiting["conversation_id"], waiting["assignee"], waiting["unread"]) == (str(talk), None, 2)
    assert (await office.sees(f"/conversations?owner={first}"))["items"] == []
    await activates(office, 1, True)
    shown = await office.sees(f"/conversations/{talk}")
    assert (shown["assignee"], shown["state"]) == (str(office.agents[1]), "open")
    assert [each["user_id"] for each in shown["owners"]] == [first, str(office.agents[1])]
    assert (await office.sees("/conversations?view=unassigned"))["items"] == []
    assert (await office.sees("/counters", office.agent(1)))["unread"] == 2


async def activates(office: Office, index: int, active: bool) -> None:
    body = {"name": "x", "role": "member", "profile_id": str(office.profile), "active": active}
    await office.does("PUT", f"/users/{office.agents[index]}", body)
