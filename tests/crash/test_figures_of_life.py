"""Each figure about what may not be sent, about silence and about the past differs where its promise is broken."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from conversations.adapters.postgres.verifying import arrivals, pasts, silences, talks, unwanted
from conversations.adapters.postgres.verifying.facts import Fact, Facts
from conversations.application.importing import Importing
from conversations.domain.private import ActivityNoted
from recado_events.conversations import (
    BlockRefused,
    ConversationClosed,
    ConversationReopened,
    CustomerBlocked,
    CustomerMergedInto,
    CustomerUnblocked,
    MarketingResumed,
    MarketingStopped,
    MessageReceived,
    MessageReleased,
    PastMessageImported,
    ServiceWindowExtended,
)
from recado_events.event import Event

from tests.conversations.business import MARIA
from tests.conversations.living import DAY, Living
from tests.conversations.stage import NUMBER, OTHER_NUMBER
from tests.conversations.test_past import LINE, SOFIA, chunk, medium, ours, read, theirs
from tests.libs.chassis.verifying.test_published import found_in
from tests.simulator.bodies import coexistence

TO_BLOCKED = "messages released to customers who were blocked"
UNWANTED = "marketing messages released to customers who want none"
EARLY = "conversations closed by silence that was none, or too short"
LATE = "conversations still open minutes after their silence should have ended them"
MIXED = "updates of the past that did more than to be imported"
UNFOUNDED = "windows that no message of a customer opened"
WORDLESS = "conversations that customers opened without a message"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def facts(living: Living, *planted: Event) -> Facts:
    """What happened, and what no rule decided."""
    return Facts([Fact(place, event) for place, event in enumerate([*living.facts(), *planted], start=1)], living.now)


@pytest.fixture
def living() -> Living:
    living = Living()
    living.writes()
    return living


# Blocked customers ---------------------------------------------------------------------------------------


def unwanted_in(living: Living, *planted: Event) -> dict[str, int]:
    return found_in(list(unwanted.figures("tests", facts(living, *planted))))


def released_again(living: Living) -> Event:
    """As if nobody had looked."""
    released: Event = living.facts(MessageReleased)[-1]
    return released


def test_bad_input_81_a_message_to_who_was_blocked_is_named(living: Living) -> None:
    living.replies(living.talk())
    living.blocks()
    assert unwanted_in(living) == {}
    assert unwanted_in(living, released_again(living)) == {TO_BLOCKED: 1}
    living.blocks(blocked=False)
    assert unwanted_in(living, released_again(living)) == {}


def test_whom_meta_did_not_block_or_unblock_is_as_before(living: Living) -> None:
    living.replies(living.talk())
    living.blocks()
    living.meta_says("rejected", 1)
    living.one(BlockRefused)
    assert unwanted_in(living, released_again(living)) == {}
    living.blocks()
    living.blocks(blocked=False)
    living.meta_says("rejected", 1)
    assert unwanted_in(living, released_again(living)) == {TO_BLOCKED: 1}


def test_who_was_found_to_be_another_is_blocked_as_that_one_is(living: Living) -> None:
    living.replies(living.talk())
    living.writes(MARIA)
    living.blocks()
    maria = living.one(CustomerBlocked)
    place: Any = {"organisation_id": maria.organisation_id, "phone_number_id": NUMBER}
    first = released_again(living)
    assert isinstance(first, MessageReleased)
    into = CustomerMergedInto(
        **place, customer_id=first.customer_id, survivor_id=maria.customer_id, merged_at=living.now
    )
    freed = CustomerUnblocked(
        **place, customer_id=maria.customer_id, unblocked_by=first.released_by, unblocked_at=living.now
    )
    assert unwanted_in(living, into, first) == {TO_BLOCKED: 1}
    assert unwanted_in(living, into, freed, first) == {}


# Marketing -----------------------------------------------------------------------------------------------


def promoted(at: Any = NUMBER) -> Living:
    """A marketing message was released to Maria."""
    living = Living()
    living.approves(category="MARKETING")
    living.knows()
    living.starts(at=at)
    living.reserves()
    use = living.one(MessageReleased).template
    assert use is not None
    assert use.category == "MARKETING"
    living.later(minutes=1)
    return living


def test_rule_38_marketing_to_who_wants_none_is_named() -> None:
    living = promoted()
    assert unwanted_in(living, released_again(living)) == {}
    living.wishes(False, MARIA)
    assert unwanted_in(living, released_again(living)) == {UNWANTED: 1}
    living.later(minutes=1)
    living.wishes(True, MARIA)
    assert unwanted_in(living, released_again(living)) == {}


def test_rule_38_no_marketing_is_said_to_the_account_not_to_one_of_its_numbers() -> None:
    living = promoted()
    living.connects(at=OTHER_NUMBER)
    living.wishes(False, MARIA, at=OTHER_NUMBER)
    assert unwanted_in(living, released_again(living)) == {UNWANTED: 1}


def test_rule_38_of_two_wishes_at_the_same_time_the_one_for_none_counts() -> None:
    living = promoted()
    living.connects(at=OTHER_NUMBER)
    living.wishes(False, MARIA)
    living.wishes(True, MARIA, at=OTHER_NUMBER)
    assert unwanted_in(living, released_again(living)) == {UNWANTED: 1}


def test_rule_38_whoever_was_one_contact_with_them_may_have_wanted_it_again() -> None:
    living = promoted()
    living.wishes(False, MARIA)
    living.later(minutes=1)
    other = living.writes()[0]
    place: Any = {"organisation_id": other.organisation_id, "phone_number_id": NUMBER, "evidence": "x"}
    wants = {**place, "customer_id": other.customer_id}  # type: ignore[attr-defined]
    stopped = MarketingStopped(**wants, stopped_at=living.now - HOUR)
    resumed = MarketingResumed(**wants, resumed_at=living.now)
    assert unwanted_in(living, stopped, resumed, released_again(living)) == {UNWANTED: 1}
    for customer in (other.customer_id, living.one(MessageReleased).customer_id):  # type: ignore[attr-defined]
        living.links(customer)
    assert unwanted_in(living, stopped, resumed, released_again(living)) == {}


# Silence -------------------------------------------------------------------------------------------------


def silences_of(living: Living, *planted: Event) -> dict[str, int]:
    return found_in(list(silences.figures("tests", facts(living, *planted))))


def placed(living: Living) -> Any:
    """Where the first message stands."""
    names = ("organisation_id", "phone_number_id", "customer_id", "conversation_id")
    return {name: getattr(living.facts(MessageReceived)[0], name) for name in names}


def closed(living: Living) -> Event:
    """As if it had been silent."""
    return ConversationClosed(**placed(living), reason="inactivity", closed_at=living.now)


def ruled() -> Living:
    living = Living()
    living.rules(close_after=DAY)
    living.writes()
    return living


def test_rule_3_a_conversation_that_silence_ended_in_time_differs_in_nothing() -> None:
    living = ruled()
    living.later(days=1)
    assert silences_of(living) == {}
    living.is_silent()
    living.one(ConversationClosed)
    living.later(days=30)
    assert silences_of(living) == {}


@pytest.mark.parametrize("act", ["customer", "agent", "app", "template"])
def test_rule_3_one_that_closed_though_somebody_wrote_is_named(act: str) -> None:
    living = ruled()
    living.later(hours=20)
    acts: dict[str, Any] = {
        "customer": living.writes,
        "agent": lambda: living.replies(living.talk()),
        "app": living.echoes,
        "template": lambda: living.sends(contact__first_name="Rita"),
    }
    first = closed(living)
    acts[act]()
    living.later(hours=23)
    planted = first.model_copy(update={"closed_at": living.now})
    assert silences_of(living, planted) == {EARLY: 1}
    living.later(hours=1)
    assert silences_of(living, planted.model_copy(update={"closed_at": living.now})) == {}


def test_rule_3_one_that_closed_without_a_rule_is_named(living: Living) -> None:
    living.later(days=400)
    assert silences_of(living) == {}
    assert silences_of(living, closed(living)) == {EARLY: 1}


def test_a_word_that_the_screen_could_not_know_yet_may_be_missed_after_half_of_the_time() -> None:
    living = Living()
    living.rules(close_after=4 * MINUTE)
    living.writes()
    living.later(minutes=2.5)
    assert silences_of(living, closed(living)) == {}
    living.later(minutes=0.9)
    assert silences_of(living, closed(living)) == {EARLY: 1}


def test_rule_3_one_that_nobody_closes_is_named_after_some_minutes() -> None:
    living = ruled()
    living.later(days=1, minutes=9)
    assert silences_of(living) == {}
    living.later(minutes=2)
    assert silences_of(living) == {LATE: 1}
    place = placed(living)
    assert silences_of(living, ConversationReopened(**place, reopened_at=living.now)) == {}
    assert silences_of(living, ActivityNoted(**place, noted_at=living.now)) == {}


def test_a_rule_of_a_moment_ago_has_its_minutes_too_and_a_disconnected_number_has_none() -> None:
    living = Living()
    living.writes()
    living.later(days=3)
    living.rules(close_after=DAY)
    assert silences_of(living) == {}
    living.later(minutes=11)
    assert silences_of(living) == {LATE: 1}
    living.connects(False)
    assert silences_of(living) == {}


# The past ------------------------------------------------------------------------------------------------


def pasts_in(told: Facts) -> dict[str, int]:
    return found_in(list(pasts.figures("tests", told)))


def imported(living: Living) -> list[PastMessageImported]:
    living.do(Importing(living.scene).import_past, read(chunk(theirs("wamid.1"), ours("wamid.2"))))
    found: list[PastMessageImported] = living.facts(PastMessageImported)
    return found


def caused(living: Living, *planted: Event, by: str = "record 1") -> Facts:
    """The past came in one record, and so did what is planted."""
    kept = [
        Fact(place, event, by if isinstance(event, PastMessageImported) or event in planted else f"record {place + 9}")
        for place, event in enumerate([*living.facts(), *planted], start=1)
    ]
    return Facts(kept, living.now)


def test_the_past_beside_what_is_live_differs_in_nothing(living: Living) -> None:
    imported(living)
    living.replies(living.talk())
    assert pasts_in(caused(living)) == {}


def test_a_message_of_the_past_that_was_received_too_is_named(living: Living) -> None:
    past = imported(living)[0]
    live: MessageReceived = living.one(MessageReceived)
    planted = live.model_copy(update={"message_id": past.message_id})
    assert pasts_in(caused(living, planted)) == {MIXED: 1}


def test_a_window_that_the_past_opened_is_named(living: Living) -> None:
    past = imported(living)[0]
    times: Any = {"extended_at": living.now, "closes_at": living.now + DAY}
    window = ServiceWindowExtended(**placed(living), message_id=past.message_id, **times)
    assert pasts_in(caused(living, window, by="x")) == {MIXED: 1, UNFOUNDED: 1}
    assert pasts_in(facts(living, window)) == {UNFOUNDED: 1}


def test_a_conversation_and_a_turn_of_the_rota_that_the_past_took_are_named(living: Living) -> None:
    living.rota(living.agents(1))
    living.writes(MARIA)
    opening = [event for event in living.facts() if getattr(event, "conversation_id", None) == living.talk()]
    silent = [event for event in living.facts() if not isinstance(event, MessageReceived)]
    told = Facts([Fact(place, event) for place, event in enumerate(silent, start=1)], living.now)
    assert pasts_in(told)[WORDLESS] == 2
    only_turns = [event for event in opening if event.stream.startswith("desk-")]
    assert only_turns
    untold = Facts([Fact(place, event) for place, event in enumerate(only_turns, start=1)], living.now)
    assert found_in(list(talks.figures("tests", untold))) == {"conversations told of that were never opened": 1}


def test_a_message_of_the_past_that_became_a_live_one_is_one_that_meta_never_sent() -> None:
    body = coexistence.history_body(LINE, SOFIA, [theirs("wamid.1")])
    living = Living()
    living.writes(wamid="wamid.1")
    found = {"messages received that Meta never sent": 1}
    assert found_in([arrivals.invented("tests", facts(living), [body])]) == found


class Parked:
    def __init__(self, *values: Any) -> None:
        self._values = values

    def execute(self, _: str) -> list[tuple[bytes]]:
        return [(json.dumps(each).encode(),) for each in self._values] + [(b"\xff",), (b"null",)]


def test_an_acknowledged_message_of_the_past_that_is_nowhere_is_lost(living: Living) -> None:
    imported(living)
    first, second = theirs("wamid.1"), theirs("wamid.3")
    bodies = [
        coexistence.history_body(LINE, SOFIA, [first]),
        coexistence.history_body(LINE, SOFIA, [second]),
        coexistence.history_media_body(LINE, SOFIA, "wamid.4", 1, {"id": "77"}),
        coexistence.history_declined_body(LINE),
    ]

    def lost(*parked: Any) -> dict[str, int]:
        connection: Any = Parked(*parked)
        return found_in([pasts.lost("tests", connection, facts(living), bodies)])

    assert lost() == {"acknowledged messages of the past lost": 2}
    assert lost({"update": chunk(second)}) == {"acknowledged messages of the past lost": 1}
    assert lost({"update": chunk(second)}, {"update": medium("wamid.4")}) == {}
