"""Each figure of the gateway differs where its promise is broken, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from gateway.adapters.postgres.verifying import archive, sends, stories
from gateway.adapters.postgres.verifying.stories import Stories, Story
from gateway.domain.private import MessageTaken
from recado_events.gateway import (
    AcceptedAt,
    DuplicateSendDetected,
    MessageAccepted,
    MessageDispatchStarted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageQueued,
    MessageRejected,
    OfDispatch,
)
from recado_events.ids import MessageId

from tests.libs.chassis.verifying.test_published import found_in

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MESSAGE = MessageId(UUID(int=7))
PLACE: dict[str, Any] = {
    "organisation_id": UUID(int=1),
    "phone_number_id": "106540352242922",
    "customer_id": UUID(int=2),
    "message_id": MESSAGE,
}
TAKEN = MessageTaken(**PLACE, taken_at=NOW, personal=None)
QUEUED = MessageQueued(**PLACE, send_by=NOW + timedelta(minutes=10), queued_at=NOW)


def started(attempt: int = 1) -> OfDispatch:
    return MessageDispatchStarted(**PLACE, attempt=attempt, started_at=NOW)


def not_sent(attempt: int = 1) -> OfDispatch:
    return MessageNotSent(**PLACE, attempt=attempt, reason="unreachable", not_sent_at=NOW)


def accepted(wamid: str = "wamid.1", attempt: int = 1) -> OfDispatch:
    told = AcceptedAt(wamid=wamid)
    return MessageAccepted(**PLACE, attempt=attempt, evidence="answer", accepted_at=NOW, personal=told)


REJECTED = MessageRejected(**PLACE, attempt=1, reason="graph", rejected_at=NOW)
UNKNOWN = MessageOutcomeUnknown(**PLACE, attempt=1, reason="no_outcome", noticed_at=NOW)
NOTICED = DuplicateSendDetected(**PLACE, detected_at=NOW, personal=AcceptedAt(wamid="wamid.2"))


def told(*facts: OfDispatch, later: float = 0) -> Stories:
    return Stories({MESSAGE: Story([TAKEN, QUEUED, *facts])}, NOW + timedelta(seconds=later))


def differing(*facts: OfDispatch, later: float = 0) -> dict[str, int]:
    return found_in(list(stories.figures("tests", told(*facts, later=later))))


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (started(), accepted()),
        (started(), not_sent(), started(2), accepted(attempt=2)),
        (started(), UNKNOWN, accepted()),
        (started(), REJECTED, accepted()),
        (started(), UNKNOWN, not_sent(), REJECTED),
        (started(), accepted(), NOTICED),
    ],
)
def test_stories_as_they_may_go_differ_in_nothing(facts: Sequence[OfDispatch]) -> None:
    assert differing(*facts) == {}


@pytest.mark.parametrize(
    "facts",
    [
        (QUEUED,),
        (started(), accepted(), accepted()),
        (started(), REJECTED, REJECTED),
        (started(), accepted(), REJECTED),
        (started(), accepted(), UNKNOWN),
        (started(), REJECTED, UNKNOWN),
    ],
)
def test_outcomes_that_cannot_both_be_are_named(facts: Sequence[OfDispatch]) -> None:
    assert differing(*facts) == {"messages with outcomes that cannot both be": 1}


@pytest.mark.parametrize("facts", [(started(), started(2)), (started(), UNKNOWN, started(2)), (started(2),)])
def test_an_attempt_after_one_that_may_have_succeeded_is_named(facts: Sequence[OfDispatch]) -> None:
    assert differing(*facts) == {"messages tried again before the last attempt was known to have failed": 1}


def test_a_message_that_stands_past_its_deadline_is_named() -> None:
    late = {"messages that stand past their deadline": 1}
    assert differing(later=620) == {}
    assert differing(later=640) == late
    assert differing(started(), later=80) == {}
    assert differing(started(), later=100) == late
    assert differing(started(), accepted(), later=9_999) == {}


# Beside what Meta accepted ------------------------------------------------------------------------------


def send(attempt: int = 1, wamid: str = "wamid.1", message: MessageId = MESSAGE, at: float = 1) -> dict[str, Any]:
    tag = f"v1.{message.hex}.{attempt}.{'0' * 16}"
    return {"sequence": 1, "id": wamid, "biz_opaque_callback_data": tag, "accepted_at": NOW.timestamp() + at}


def beside(accepted_sends: Sequence[dict[str, Any]], *facts: OfDispatch) -> dict[str, int]:
    return found_in(list(sends.figures("tests", told(*facts), accepted_sends)))


def test_one_send_for_one_claim_differs_in_nothing() -> None:
    assert beside([send()], started(), accepted("wamid.1==")) == {}
    assert beside([send()], started(), UNKNOWN) == {}
    assert beside([], started(), UNKNOWN) == {}


def test_a_send_that_nobody_released_or_claimed_is_named() -> None:
    assert beside([send(message=MessageId(UUID(int=8)))]) == {
        "accepted sends of messages that nobody released": 1,
        "accepted sends without a claim before them": 1,
    }
    assert beside([{**send(), "biz_opaque_callback_data": None}]) == {
        "accepted sends of messages that nobody released": 1
    }
    assert beside([send(at=-1)], started(), accepted()) == {"accepted sends without a claim before them": 1}


def test_a_message_that_was_sent_twice_is_named_and_so_is_that_nobody_noticed() -> None:
    twice = [send(), send(wamid="wamid.2")]
    assert beside(twice, started(), accepted()) == {
        "attempts sent twice": 1,
        "messages sent twice": 1,
        "messages sent twice without anybody noticing": 1,
    }
    assert beside(twice, started(), accepted(), NOTICED) == {"attempts sent twice": 1, "messages sent twice": 1}


def test_what_the_log_denies_and_meta_has_is_named() -> None:
    assert beside([send()], started(), REJECTED) == {"messages called rejected that Meta has": 1}
    assert beside([send()], started(), not_sent()) == {"attempts called not sent that Meta has": 1}


def test_what_the_log_claims_and_meta_does_not_have_is_named() -> None:
    assert beside([], started(), accepted()) == {"messages called sent that Meta does not have": 1}


def test_a_status_that_proves_a_send_settles_what_was_unknown() -> None:
    status = {"id": "wamid.1", "status": "sent", "biz_opaque_callback_data": f"v1.{MESSAGE.hex}.1.{'0' * 16}"}
    taken = [{"entry": [{"changes": [{"field": "messages", "value": {"statuses": [status]}}]}]}]
    found = {"messages that a status told of and that are not known as sent": 1}
    assert found_in([sends.unresolved("tests", told(started(), UNKNOWN), taken)]) == found
    assert found_in([sends.unresolved("tests", told(started(), accepted()), taken)]) == {}


class Archived:
    def __init__(self, *values: bytes) -> None:
        self._values = values

    def execute(self, _: str) -> list[tuple[bytes]]:
        return [(value,) for value in self._values]


def test_an_acknowledged_update_that_is_not_archived_is_named() -> None:
    value = {"metadata": {}, "messages": [{"id": "a", "b": 1}], "statuses": [{"id": "s"}]}
    whole = {"event": "x"}
    changes = [{"field": "messages", "value": value}, {"field": "account_update", "value": whole}]
    taken = [{"entry": [{"id": "1", "changes": changes}]}]
    kept = [b'{"update":{"b":1,"id":"a"}}', b'{"update":{"id":"s"}}', b'{"update":{"event":"x"}}', b"\xff", b"[]"]
    assert archive.figure("tests", Archived(*kept), taken).value == 0  # type: ignore[arg-type]
    figure = archive.figure("tests", Archived(*kept[1:]), taken)  # type: ignore[arg-type]
    assert found_in([figure]) == {"acknowledged updates missing in the archive": 1}
    assert figure.examples == ("messages of webhook 0",)
