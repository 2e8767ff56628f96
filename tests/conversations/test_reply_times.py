"""Pain 23: how long customers wait for answers, by user and day, as anybody can work it out from the timelines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from conversations.domain.message import is_lost
from conversations.views.reply_times import days_of, report_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recado_events import conversations as told
from recado_events.content import OutgoingText
from recado_events.identity import Recipient
from recado_events.ids import MessageId, UserId

from tests.conversations.chatter import Chatter, weeks
from tests.conversations.conftest import PREPARED
from tests.conversations.office import Office
from tests.conversations.screen import Screen
from tests.harness.on_memory import NOON, ORGANISATION
from tests.servers.database_factory import DatabaseFactory

LAST = NOON.date()
Reply = tuple[date, UUID, bool, int]


@pytest.fixture
def screen(database: DatabaseFactory) -> Iterator[Screen]:
    screen = Screen(database(PREPARED))
    yield screen
    screen.close()


def report(screen: Screen, first: date, last: date, zone: str = "UTC", user: UUID | None = None) -> Any:
    return report_of(screen.questions().reply_times.of(ORGANISATION, user, days_of(first, last, zone)))


def replies_of(chatter: Chatter) -> Iterator[Reply]:
    """One after the other, by the definition."""
    written = {each.message_id: each for each in chatter.events if isinstance(each, told.MessageReleased)}
    received = {each.message_id: each for each in chatter.events if isinstance(each, told.MessageReceived)}
    for talk in chatter.talks.values():
        waits, answered = None, False
        for said in talk.said:
            if said.direction == "in":
                waits = waits or received[said.message_id].occurred_at
            elif not is_lost(said.words):
                event = written[said.message_id]
                if waits is not None:
                    seconds = round((event.released_at - waits).total_seconds())
                    yield event.released_at.date(), event.released_by, not answered, seconds
                waits, answered = None, True


def figures(replies: list[Reply]) -> dict[str, Any]:
    return {
        "replies": _of([each[3] for each in replies]),
        "first_replies": _of([each[3] for each in replies if each[2]]),
    }


def _of(seconds: list[int]) -> dict[str, Any]:
    if not seconds:
        return {"count": 0, "median_seconds": None, "mean_seconds": None, "longest_seconds": None}
    mean = (Decimal(sum(seconds)) / len(seconds)).quantize(Decimal(1), ROUND_HALF_UP)
    median = sorted(seconds)[(len(seconds) - 1) // 2]
    return {
        "count": len(seconds), "median_seconds": median, "mean_seconds": int(mean), "longest_seconds": max(seconds),
    }  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), long=st.integers(1, 31), pages=st.lists(st.integers(1, 9), max_size=20))
def test_pain_23_reply_times_are_what_anybody_counts_in_the_timelines(
    screen: Screen, seed: int, long: int, pages: list[int]
) -> None:
    chatter, first = weeks(seed, 12), LAST - timedelta(days=long - 1)
    screen.empties()
    screen.tells(*chatter.events)
    screen.folds(pages)
    by_place: dict[tuple[date, UUID], list[Reply]] = defaultdict(list)
    for reply in replies_of(chatter):
        if first <= reply[0] <= LAST:
            by_place[reply[:2]].append(reply)
    everything = [reply for replies in by_place.values() for reply in replies]
    found = report(screen, first, LAST)
    assert found["total"] == figures(everything)
    assert found["items"] == [
        {"day": day, "user_id": user, **figures(replies)} for (day, user), replies in sorted(by_place.items())
    ]
    users = sorted({user for _, user in by_place})
    assert found["users"] == [
        {"user_id": user, **figures([each for each in everything if each[1] == user])} for user in users
    ]


class Told(Chatter):
    """One conversation, told by hand."""

    def __init__(self) -> None:
        super().__init__(Random(1))
        self.talk = self.opens(self.meets(), NOON)

    def answered(self, at: datetime, by: UserId, *, fails: bool = False) -> None:
        message_id = MessageId(uuid4())
        content = told.Released(content=OutgoingText(body="Oi"), recipient=Recipient(wa_id="1"))
        about = {**self._in(self.talk), "message_id": message_id}
        self._tell(
            told.MessageReleased(
                **about, kind="text", released_by=by, released_at=at, send_by=at + timedelta(hours=1), personal=content
            )
        )
        if fails:
            self._tell(told.MessageFailed(**about, joined_by="tag", occurred_at=at, received_at=at))


def test_pain_23_since_when_somebody_waits_is_not_moved_by_an_end_a_lost_answer_or_what_comes_late(
    screen: Screen,
) -> None:
    at = partial(datetime, 2026, 10, 5, tzinfo=UTC)
    chatter, ana, bruno = Told(), UserId(uuid4()), UserId(uuid4())
    chatter.writes(chatter.talk, at(9))
    chatter.answered(at(9, 30), ana, fails=True)
    chatter.answered(at(10), ana)
    chatter.answered(at(10, 1), ana)
    chatter.closes(chatter.talk)
    chatter.writes(chatter.talk, at(18))
    chatter.answered(at(18, 2), bruno)
    chatter.writes(chatter.talk, at(17, 59))
    screen.tells(*chatter.events)
    screen.folds()
    day = at(1).date()
    of = {each["user_id"]: each for each in report(screen, day, day)["items"]}
    assert (of[ana]["replies"]["count"], of[ana]["replies"]["longest_seconds"]) == (1, 3600), "since nine"
    assert (of[bruno]["replies"]["median_seconds"], of[bruno]["first_replies"]["count"]) == (180, 0)
    assert report(screen, day, day, user=ana)["total"] == {name: of[ana][name] for name in ("replies", "first_replies")}
    in_auckland = report(screen, day, day, "Pacific/Auckland")
    assert [each["user_id"] for each in in_auckland["users"]] == [ana], "at six in the evening it is tomorrow there"


async def test_rule_15_administrators_see_the_reply_times_of_all_and_others_their_own(office: Office) -> None:
    office.customer_writes()
    (opened,) = office.service.facts(told.ConversationOpened)
    await office.sends(opened.conversation_id, type="text", text="Bom dia!")
    today = datetime.now(UTC).date()
    path = f"/reports/reply-times?first_day={today - timedelta(days=1)}&last_day={today}"
    everybodys = await office.sees(path)
    assert (everybodys["definition"], everybodys["time_zone"]) == ("reply-times.v1", "UTC")
    assert [each["user_id"] for each in everybodys["users"]] == [str(office.agents[0])]
    assert everybodys["total"]["first_replies"]["count"] == everybodys["total"]["replies"]["count"] == 1
    assert (await office.sees(path, office.agent(0)))["items"] == everybodys["items"]
    others = await office.sees(path, office.agent(1))
    assert (others["items"], others["users"], others["total"]["replies"]["count"]) == ([], [], 0)


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("first_day=2026-10-02&last_day=2026-10-01", "dates_reversed"),
        ("first_day=2026-10-01&last_day=2026-11-01", "too_many_days"),
        ("first_day=2026-10-01&last_day=2026-10-01&time_zone=Mars/Base", "invalid_request"),
        ("first_day=0001-01-01&last_day=0001-01-02", "invalid_request"),
        ("last_day=2026-10-01", "invalid_request"),
    ],
)
async def test_a_period_that_no_report_is_made_of_is_refused(office: Office, query: str, rule: str) -> None:
    answer = await office.client.get(f"/reports/reply-times?{query}", headers=office.administrator)
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
