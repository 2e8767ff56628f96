"""The log's one reader, and the rooms that its pages are taken by. All of it belongs to threads, under one lock."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, cast

from recado_chassis.following.follower import Follower, Tail
from recado_chassis.store import EventRow, Unavailable
from recado_chassis.streams import Streams
from recado_events.ids import OrganisationId

from conversations.adapters.live.missed import Missed
from conversations.adapters.live.recent import REMEMBERED, Recent, ShownTail
from conversations.adapters.live.screen import Item, Screen, counters, item_of
from conversations.application.room import Room, room_of
from conversations.application.watching import Told, Watched
from conversations.views.live import TYPES

_COUNTERS_EVERY = 0.25
"""Seconds. They say how things stand: of many changes within that time the last is enough."""

Found = Mapping[Screen, Sequence[Item]]
HandOver = Callable[[Found, int, Sequence[datetime]], None]
"""What is for whom; up to which position that is all; when what is told of was recorded."""


class Log(Protocol):
    """The service's own: a store."""

    def tail(self) -> Tail: ...


class Rooms:
    """Reads nothing before the first screen is admitted."""

    def __init__(
        self, streams: Streams, log: Log, shown: Callable[[], int], watched: Watched, hand_over: HandOver
    ) -> None:
        """`shown`: up to where the views show the log. `hand_over` is called in a thread."""
        self._streams, self._log, self._shown = streams, log, shown
        self._watched, self._hand_over = watched, hand_over
        self._lock = threading.Lock()
        self._rooms: dict[OrganisationId, Room] = {}
        self._position = 0
        self._recent = Recent(0, ())
        self._follower: Follower | None = None
        self._due = 0.0

    def stop(self) -> None:
        if self._follower is not None:
            self._follower.stop(1.0)

    def admit(self, screen: Screen, after: int | None) -> Missed:
        """Raises NoPermission and Unavailable."""
        with self._lock:
            self._begin()
            room = self._rooms.get(screen.organisation_id) or room_of(self._streams, screen.organisation_id)
            room.admit(screen)
            self._rooms[screen.organisation_id] = room
            at = self._position
        return Missed(self._streams, self._watched, self._above, screen, after, at)

    def dismiss(self, screen: Screen) -> None:
        """One that was never admitted is fine."""
        with self._lock:
            room = self._rooms.get(screen.organisation_id)
            if room is not None:
                room.leave(screen)
                if room.is_empty:
                    del self._rooms[screen.organisation_id]

    def _begin(self) -> None:
        if self._follower is not None:
            return
        self._position = self._shown()
        first = max(0, self._position - REMEMBERED)
        rows = self._streams.store.read(first, REMEMBERED)
        self._recent = Recent(first, [row for row in rows if (row.position or 0) <= self._position])
        self._follower = Follower(self._tail, self._take, after=self._position, name="screens")
        self._follower.start()

    def _tail(self) -> Tail:
        return ShownTail(self._log.tail(), self._shown, self._tell_counters)

    def _above(self, position: int) -> Sequence[EventRow] | None:
        with self._lock:
            return self._recent.above(position)

    # In the reader's thread ----------------------------------------------------------------------

    def _take(self, page: Sequence[EventRow]) -> None:
        """Of a page that is handed over again, what was not taken yet."""
        with self._lock:
            rows = [row for row in page if (row.position or 0) > self._position]
            found = self._taken(rows)
            self._recent.add(rows)
            self._position = (rows[-1].position or 0) if rows else self._position
        told = {item.news.position for items in found.values() for item in items if item.news is not None}
        self._hand_over(found, self._position, [row.recorded_at for row in rows if row.position in told])

    def _taken(self, rows: Sequence[EventRow]) -> Found:
        told = self._told(rows)
        self._learn_owners(told)
        found: dict[Screen, list[Item]] = defaultdict(list)
        for room, events in told.items():
            for event in events:
                items: dict[int, Item] = {}
                for watcher, news in room.take(event):
                    item = items.get(id(news)) or items.setdefault(id(news), item_of(news))
                    found[cast(Screen, watcher)].append(item)
        return found

    def _told(self, rows: Sequence[EventRow]) -> Mapping[Room, list[Told]]:
        told: dict[Room, list[Told]] = defaultdict(list)
        for row in rows:
            room = self._rooms.get(OrganisationId(row.organisation_id))
            if room is not None and (row.type in TYPES or row.stream == room.stream):
                event = self._streams.mapper.fact(row.type, row.state)
                told[room].append(Told(event, row.stream, row.version, row.position or 0))
        return told

    def _learn_owners(self, told: Mapping[Room, Sequence[Told]]) -> None:
        unknown = {room: room.unknown(events) for room, events in told.items()}
        asked = {customer for customers in unknown.values() for customer in customers}
        if asked:
            owners = self._watched.owners_of(asked, self._position)
            for room, customers in unknown.items():
                room.learn({customer: owners[customer] for customer in customers})

    def _tell_counters(self) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _COUNTERS_EVERY
        with self._lock:
            moved = [(room, room.take_moved()) for room in self._rooms.values() if room.moved]
        for room, move in moved:
            try:
                counts = self._watched.counts(set(move.viewers.values()), move.pairs())
            except Unavailable:
                with self._lock:
                    room.put_back(move)
                raise
            found = {cast(Screen, each): [counters(*move.told(each, counts))] for each in move.conversations}
            self._hand_over(found, self._position, [])
