"""A log heard for the first time when Kafka no longer holds its beginning: its owner tells it, then Kafka goes on.

The end offsets are noted, the log is read to an end P that lies behind them, and every partition begins at its noted
offset, having read positions up to P: what Kafka holds of them besides is a duplicate. How far the log is read stands
in the inbox, under a partition that Kafka does not have, so that a crash repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import httpx
import orjson
import structlog

from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder, Read
from recado_chassis.producing.headers import stored_headers
from recado_chassis.producing.telling import key_of
from recado_chassis.store import Changes, Conflict, InboxMove, InboxRow
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread

HISTORY = -1
"""The partition of the inbox under which an owner's log is read."""
WAITS = "its owner's log is read first: Kafka no longer holds its beginning"
PAGE = 500

_log = structlog.get_logger()


class OwnerUnavailable(Exception):
    """The owner of a log does not answer, or not with a page of it."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Structured CloudEvents above a position; `next` asks for those behind them, `end` is the log's last position."""

    events: Sequence[Mapping[str, Any]]
    next: int
    end: int


class Owners(Protocol):
    """The services that own the logs."""

    def knows(self, owner: str) -> bool: ...

    async def page(self, owner: str, after: int) -> LogPage:
        """Raises OwnerUnavailable."""
        ...


class Nobody:
    """Where no owner can be asked: an operator has to say where to go on."""

    def knows(self, _: str) -> bool:
        return False

    async def page(self, owner: str, _: int) -> LogPage:
        raise OwnerUnavailable(f"nobody said where {owner} answers")


class OwnersOverHttp:
    """`GET /events` of each; `token` is one with the role of a service."""

    def __init__(self, client: httpx.AsyncClient, urls: Mapping[str, str], token: str) -> None:
        self._client = client
        self._urls = urls
        self._headers = {"Authorization": f"Bearer {token}"}

    def knows(self, owner: str) -> bool:
        return owner in self._urls

    async def page(self, owner: str, after: int, limit: int = PAGE, organisation_id: UUID | None = None) -> LogPage:
        """Of one organisation alone, or of all."""
        url = f"{self._urls[owner].rstrip('/')}/events"
        asked = {"after": after, "limit": limit} | ({"organisation": str(organisation_id)} if organisation_id else {})
        try:
            answer = await self._client.get(url, params=asked, headers=self._headers)
            answer.raise_for_status()
            told = orjson.loads(answer.content)
            return LogPage(told["events"], told["next"], told["end"])
        except (httpx.HTTPError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise OwnerUnavailable(f"{owner} does not tell its log: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class _Record:
    """An event of the log in the shape of Kafka's records."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...]


class History:
    """Of one topic, named as Kafka names it."""

    def __init__(self, streams: Streams, decoder: Decoder, owners: Owners, topic: str) -> None:
        self._streams = streams
        self._decoder = decoder
        self._owners = owners
        self._topic = topic
        self._of = decoder.topic(topic)
        self._keys: Mapping[str, Callable[[Mapping[str, Any], bytes], bytes]] = {
            event.TYPE: key_of(event) for event in self._of.events
        }

    async def read(self, ends: Mapping[int, int]) -> None:
        """Reads the log to its end, then lets every partition that waits for it begin at its end offset, `ends`.

        Raises OwnerUnavailable, Unavailable, Conflict and Fenced: begin again, with new end offsets.
        """
        row = await in_thread(self._begin)
        after, until = row.position or 0, None
        while until is None or after < until:
            page = await self._owners.page(self._of.owner, after)
            until = page.end if until is None else until
            row = await in_thread(self._take, row, [self._read(event) for event in page.events])
            _log.info("history read", topic=self._topic, position=page.next, end=until)
            after = max(page.next, after)
        await in_thread(self._finish, row, ends)

    def _begin(self) -> InboxRow:
        topic_id = next(row.topic_id for row in self._rows().values())
        self._streams.store.adopt(InboxRow(self._topic, HISTORY, topic_id, 0))
        return self._rows()[HISTORY]

    def _rows(self) -> dict[int, InboxRow]:
        return {row.partition: row for row in self._streams.store.inbox() if row.topic == self._topic}

    def _read(self, event: Mapping[str, Any]) -> Read:
        head = {name: value for name, value in event.items() if name not in ("data", "position", "source")}
        data, key = orjson.dumps(event["data"]), self._keys.get(event["type"])
        headers = stored_headers(head, event["position"], event["source"])
        told = key(head, data) if key else None
        return self._decoder.read(_Record(self._topic, HISTORY, event["position"], told, data, tuple(headers)))

    def _take(self, row: InboxRow, reads: list[Read]) -> InboxRow:
        place = row.topic, row.partition
        while reads:
            batch = Batch(self._streams, {place: row}, reads)
            batch.work_off()
            if batch.dropped or batch.stuck:
                raise Conflict(batch.stuck.get(place, "somebody else reads this history"))
            row = batch.rows[place]
            reads = [read for read in reads if (read.position or 0) > (row.position or 0)]
        return row

    def _finish(self, read: InboxRow, ends: Mapping[int, int]) -> None:
        store, known = self._streams.store, self._rows()
        moves = []
        for partition, end in ends.items():
            begun = InboxRow(self._topic, partition, read.topic_id, end, read.log, read.position)
            before = known.get(partition)
            if before is None:
                store.adopt(begun)
            elif before.paused == WAITS:
                moves.append(InboxMove(before, begun))
        with store.session(locked=True) as session:
            session.commit(Changes(moves=moves))
