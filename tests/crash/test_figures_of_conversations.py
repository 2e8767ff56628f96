"""Each figure of conversations differs where its promise is broken, and only there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from conversations.adapters.postgres.verifying import arrivals, rotas, sendings, statuses, talks
from conversations.adapters.postgres.verifying.facts import Fact, Facts
from conversations.domain.private import AcceptanceNoted, WamidBound
from recado_chassis.verifying.evidence import Evidence
from recado_events.content import Text
from recado_events.conversations import (
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    ConversationQueued,
    ConversationReopened,
    CustomerMergedInto,
    MessageDelivered,
    MessageReceived,
    MessageReleased,
    ProfileGranted,
    Received,
    RotaMembersChosen,
    RotaTurnTaken,
    ServiceWindowOpened,
    UserRegistered,
)
from recado_events.event import Event

from tests.libs.chassis.verifying.test_published import found_in

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def some_id(number: int) -> Any:
    return UUID(int=number)


ORGANISATION, CUSTOMER, ANA, BIA, PROFILE = map(some_id, range(1, 6))
NUMBER: Any = "106540352242922"
TALK: dict[str, Any] = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER, "customer_id": CUSTOMER}


def facts(*events: Event) -> Facts:
    return Facts([Fact(position, event) for position, event in enumerate(events, start=1)], NOW)


def talk(number: int) -> dict[str, Any]:
    return {**TALK, "conversation_id": some_id(100 + number)}


def opened(number: int) -> Event:
    return ConversationOpened(**talk(number), initiated_by="customer", opened_at=NOW)


def closed(number: int) -> Event:
    return ConversationClosed(**talk(number), reason="person", closed_at=NOW)


# One conversation a customer --------------------------------------------------------------------------


def differing_talks(*events: Event) -> dict[str, int]:
    return found_in(list(talks.figures("tests", facts(*events))))


def test_one_conversation_after_the_other_differs_in_nothing() -> None:
    reopened = ConversationReopened(**talk(1), reopened_at=NOW)
    assert differing_talks(opened(1), closed(1), opened(2), closed(2), reopened) == {}


def test_two_open_at_any_moment_are_named_also_when_one_was_closed_later() -> None:
    assert differing_talks(opened(1), opened(2), closed(1)) == {"customers with two conversations open": 1}


def test_a_conversation_that_was_opened_twice_or_never_is_named() -> None:
    assert differing_talks(opened(1), closed(1), opened(1)) == {"conversations opened twice": 1}
    assert differing_talks(closed(1)) == {"conversations told of that were never opened": 1}


def test_whoever_was_found_to_be_somebody_else_has_nothing_open() -> None:
    merged = CustomerMergedInto(**TALK, survivor_id=some_id(9), merged_at=NOW)
    assert differing_talks(opened(1), merged) == {"customers found to be another, with a conversation open": 1}


# The rota -----------------------------------------------------------------------------------------------


def team() -> list[Event]:
    about: dict[str, Any] = {"organisation_id": ORGANISATION}
    people = [
        UserRegistered(
            **about,
            user_id=user,
            role="member",
            profile_id=PROFILE,
            registered_by=ANA,
            registered_at=NOW,
            personal=None,
        )
        for user in (ANA, BIA)
    ]
    grant = ProfileGranted(**about, profile_id=PROFILE, level="view_reply", scope="all", granted_by=ANA, granted_at=NOW)
    chosen = RotaMembersChosen(**about, phone_number_id=NUMBER, members=(ANA, BIA), chosen_by=ANA, chosen_at=NOW)
    return [*people, grant, chosen]


def turn(number: int, user: Any, before: int, after: int) -> list[Event]:
    taken = RotaTurnTaken(
        **talk(number),
        user_id=user,
        candidates=(ANA, BIA),
        skipped=(),
        pointer_before=before,
        pointer_after=after,
        from_queue=False,
        taken_at=NOW,
    )
    return [taken, ConversationAssigned(**talk(number), user_id=user, how="rota", assigned_at=NOW)]


def differing_turns(*turns: Sequence[Event]) -> dict[str, int]:
    events = [event for each in turns for event in each]
    return found_in(list(rotas.figures("tests", facts(*team(), *events))))


def test_turns_in_a_cycle_differ_in_nothing() -> None:
    assert differing_turns(turn(1, ANA, 0, 1), turn(2, BIA, 1, 0), turn(3, ANA, 0, 1)) == {}


def test_a_skipped_turn_breaks_the_chain() -> None:
    assert differing_turns(turn(1, ANA, 0, 1), turn(2, ANA, 0, 1)) == {
        "turns that do not begin where the last one ended": 1,
        "turns that were somebody else's": 1,
        "turns after which shares differ by more than one": 1,
    }


def test_a_conversation_that_is_served_twice_is_named() -> None:
    assert differing_turns(turn(1, ANA, 0, 1), turn(1, BIA, 1, 0)) == {"conversations that had two turns": 1}


def test_a_turn_without_its_assignment_is_named() -> None:
    assert differing_turns(turn(1, ANA, 0, 1)[:1]) == {"turns without the assignment they are for": 1}


def test_nobody_waits_while_somebody_is_there() -> None:
    queued = ConversationQueued(**talk(1), skipped=(), queued_at=NOW)
    assert differing_turns([queued]) == {"conversations that wait though somebody is there": 1}
    assert found_in(list(rotas.figures("tests", facts(queued)))) == {}


# Sending -------------------------------------------------------------------------------------------------


def released(after: timedelta, number: int = 1) -> Event:
    return MessageReleased(
        **talk(1),
        message_id=some_id(200 + number),
        kind="text",
        released_by=ANA,
        released_at=NOW + after,
        send_by=NOW + after,
        personal=None,
    )


def differing_sendings(*events: Event, evidence: Evidence | None = None) -> dict[str, int]:
    return found_in(list(sendings.figures("tests", facts(*events), evidence or Evidence())))


def window() -> Event:
    return ServiceWindowOpened(**TALK, message_id=some_id(9), opened_at=NOW, closes_at=NOW + timedelta(hours=24))


def test_a_message_inside_its_window_differs_in_nothing() -> None:
    assert differing_sendings(window(), released(timedelta(hours=23))) == {}


def test_a_message_outside_its_window_is_named() -> None:
    found = {"free-form messages released outside their window": 1}
    assert differing_sendings(window(), released(timedelta(hours=24))) == found
    assert differing_sendings(released(timedelta(hours=1)), window()) == found


def test_a_message_that_reached_meta_outside_its_window_is_named() -> None:
    evidence = Evidence(sends=[{"sequence": 7, "type": "text", "in_window": False}])
    assert differing_sendings(evidence=evidence) == {"free-form messages that reached Meta outside their window": 1}


def test_a_message_without_an_end_past_its_deadline_is_named() -> None:
    found = differing_sendings(window(), released(timedelta(minutes=-5)))
    assert found == {"messages released without an end past their deadline": 1}


def test_an_answered_command_without_its_message_is_named() -> None:
    evidence = Evidence(answered=[str(some_id(201)), str(some_id(299))])
    found = differing_sendings(window(), released(timedelta(hours=1)), evidence=evidence)
    assert found == {"answered commands whose message is not there": 1}


# Arrivals --------------------------------------------------------------------------------------------------


def received(number: int, wamid: str) -> Event:
    return MessageReceived(
        **talk(1),
        message_id=some_id(300 + number),
        kind="text",
        occurred_at=NOW,
        received_at=NOW,
        personal=Received(wamid=wamid, content=Text(body="Olá")),
    )


def body(wamid: str, text: str = "Olá") -> dict[str, Any]:
    message = {"from": "5511", "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": [message]}
    return {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


class NothingParked:
    def execute(self, _: str) -> list[tuple[bytes]]:
        return [(b'{"update":{"id":"wamid.parked"}}',), (b"\xff",), (b"null",)]


def differing_arrivals(events: Sequence[Event], taken: Sequence[dict[str, Any]]) -> dict[str, int]:
    connection: Any = NothingParked()
    return found_in(list(arrivals.figures("tests", connection, facts(*events), taken)))


def test_what_was_acknowledged_and_stands_there_or_is_parked_differs_in_nothing() -> None:
    assert differing_arrivals([received(1, "wamid.1")], [body("wamid.1"), body("wamid.1"), body("wamid.parked")]) == {}


class Parked:
    def __init__(self, count: int) -> None:
        self._count = count

    def execute(self, _: str) -> Parked:
        return self

    def fetchone(self) -> tuple[int]:
        return (self._count,)


def test_a_status_that_was_acknowledged_and_is_nowhere_is_lost() -> None:
    def lost(*events: Event, word: str = "delivered", parked: int = 0, **about: Any) -> dict[str, int]:
        value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [{"id": "wamid.1", "status": word, **about}]}
        taken = [{"entry": [{"changes": [{"field": "messages", "value": value}]}]}]
        connection: Any = Parked(parked)
        return found_in([statuses.figure("tests", connection, facts(opened(1), *events), taken)])

    tag: dict[str, Any] = {"biz_opaque_callback_data": f"v1.{some_id(201).hex}.1.{'0' * 16}"}
    there = [released(timedelta()), told_of()]
    assert lost(*there, **tag) == lost(**tag) == lost(parked=1) == {}
    assert lost() == lost(*there, word="read", **tag) == {"acknowledged statuses lost": 1}


def told_of() -> Event:
    times: Any = {"occurred_at": NOW, "received_at": NOW}
    return MessageDelivered(**talk(1), message_id=some_id(201), joined_by="tag", **times)


def test_an_accepted_message_that_its_wamid_does_not_lead_to_is_named() -> None:
    at = {**talk(1), "message_id": some_id(201)}
    noted = AcceptanceNoted(**at, wamid_id=some_id(7), accepted_at=NOW, personal=None)
    place: Any = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER}
    bound = WamidBound(**place, wamid_id=some_id(7), message_id=some_id(201), bound_at=NOW)
    sent = [window(), released(timedelta(hours=1)), noted]
    assert differing_sendings(*sent, bound) == {}
    assert differing_sendings(*sent) == {"accepted messages that their wamid does not lead to": 1}


def test_what_was_acknowledged_and_is_nowhere_is_lost() -> None:
    assert differing_arrivals([received(1, "wamid.1")], [body("wamid.2")]) == {"acknowledged messages lost": 1}


def test_a_conflict_that_nobody_noted_is_named() -> None:
    found = differing_arrivals([received(1, "wamid.1")], [body("wamid.1"), body("wamid.1", "something else")])
    assert found == {"messages whose conflicting redelivery was not noted once": 1}


def test_one_wamid_in_two_streams_and_one_that_meta_never_sent_are_named() -> None:
    there = facts(received(1, "wamid.1"), received(2, "wamid.1="))
    assert arrivals.doubled("tests", there).value == 1
    assert arrivals.invented("tests", there, [body("wamid.1")]).value == 0
    assert arrivals.invented("tests", there, [body("wamid.2")]).value == 1
