"""What the archive holds goes out once more, as it came, and is not archived again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.adapters.door.archiving import AGAIN

from tests.gateway.door.doorway import Doorway, until
from tests.gateway.door.test_meaning import text_body
from tests.gateway.door.test_quarantine import recado
from tests.simulator.bodies import Line

DAY = timedelta(days=1)


def published(door: Doorway, *more: str, since: datetime, before: datetime) -> int:
    """How many, by what the command says."""
    span = [f"{name}={moment:%Y-%m-%dT%H:%M:%S}" for name, moment in (("--since", since), ("--before", before))]
    code, told = recado(door, "publish", *span, *more, room="archive")
    assert code == 0, told
    return int(told["count"])


def taken(door: Doorway, line: Line, *texts: str) -> None:
    for text in texts:
        assert door.send(text_body(line, text)).status_code == 200


async def test_pain_18_what_the_archive_holds_is_published_again_with_its_ids_and_texts_and_archived_once(
    door: Doorway,
) -> None:
    (line, _), (other, _) = door.served(), door.served()
    taken(door, line, "um", "dois", "três")
    taken(door, other, "outro")
    until(lambda: (len(door.archived(line)), len(door.archived(other))) == (3, 1))
    before, rows, now = await door.inbound(line), door.archived(line), datetime.now(UTC)
    for _ in range(2):
        assert published(door, f"--phone-number-id={line.phone_number_id}", since=now - DAY, before=now + DAY) == 3

    told = await door.inbound(line)
    assert len(told) == 9
    for again in (told[3:6], told[6:]):
        assert [(each.head, each.key, each.value) for each in again] == [
            (each.head, each.key, each.value) for each in before
        ]
        assert all((AGAIN, b"true") in each.headers for each in again)
    taken(door, line, "quatro")
    until(lambda: len(door.archived(line)) > 3)
    assert [row["record_id"] for row in door.archived(line)[:3]] == [row["record_id"] for row in rows]
    assert len(door.archived(line)) == 4, "what was published again is there already"
    assert len(await door.inbound(other)) == 1


async def test_only_what_came_within_the_span_and_is_of_the_type_is_published_again(door: Doorway) -> None:
    line, _ = door.served()
    taken(door, line, "um")
    until(lambda: len(door.archived(line)) == 1)
    now, mine = datetime.now(UTC), f"--phone-number-id={line.phone_number_id}"

    assert published(door, mine, since=now - DAY, before=now - DAY / 2) == 0
    assert published(door, mine, since=now + DAY / 2, before=now + DAY) == 0
    assert published(door, mine, "--type=inbound.status.v1", since=now - DAY, before=now + DAY) == 0
    assert published(door, mine, "--type=inbound.message.v1", since=now - DAY, before=now + DAY) == 1


async def test_what_waits_in_quarantine_is_nobodys_and_stays_there(door: Doorway) -> None:
    line, now = door.line(), datetime.now(UTC)
    taken(door, line, "um")
    until(lambda: door.standings(line) == ["held"])

    assert published(door, f"--phone-number-id={line.phone_number_id}", since=now - DAY, before=now + DAY) == 0
    assert await door.inbound(line) == []


def test_without_kafka_the_command_says_so(door: Doorway) -> None:
    line, _ = door.served()
    taken(door, line, "um")
    until(lambda: len(door.archived(line)) == 1)
    span = ["--since", "2020-01-01", "--before", "2100-01-01"]
    code, told = recado(door, "publish", *span, room="archive", kafka="127.0.0.1:9")

    assert (code, "no connection to Kafka in time" in told) == (1, True)
