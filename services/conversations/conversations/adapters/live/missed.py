"""What a reader missed while they were away, from the log, as far as they may see it now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import orjson
from recado_chassis.http.event_stream import frame
from recado_chassis.store import EventRow
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread
from recado_events.event import Event

from conversations.adapters.live.screen import Screen, item_of
from conversations.application.watching import News, Watched, customers_of, owners_among, seen_as
from conversations.domain.team import OWN
from conversations.domain.visibility import verdict
from conversations.views.live import TYPES, cut

MOST = 50_000
"""Events of all organisations. Who missed more reads the lists again."""
_PAGE = 2_000
_NOW = 2**63 - 1

Above = Callable[[int], Sequence[EventRow] | None]


class Missed:
    """From behind the last event that was seen, up to `at`, where the screen's room takes over."""

    def __init__(self, streams: Streams, watched: Watched, above: Above, screen: Screen, after: int | None, at: int):
        """`above`: the log's last events, where it is remembered from that position on."""
        self._streams, self._watched, self._above = streams, watched, above
        self._screen = screen
        self._at = at
        begins = at if after is None else after
        # Higher than there is anything: the log is another one, restored from earlier.
        self._is_reset = at - begins > MOST or (begins > at and begins > streams.store.end())
        self._after = at if self._is_reset else begins
        self.up_to = max(self._after, at)
        """What comes later is told by the room."""

    async def chunks(self) -> AsyncIterator[bytes]:
        """Ends with `ready`, from whose id reading goes on."""
        if self._is_reset:
            yield frame("reset", b"{}")
        after = self._after
        while after < self._at:
            found, after = await in_thread(self._page, after)
            if found:
                yield b"".join(found)
        grant = self._screen.grant
        if grant is not None:
            yield frame("ready", orjson.dumps({"level": grant.level, "scope": grant.scope}), self.up_to)

    def _page(self, after: int) -> tuple[list[bytes], int]:
        """Frames, and the position up to which these are all."""
        rows = self._above(after)
        if rows is None:
            rows = self._streams.store.read(after, _PAGE)
        rows = [row for row in rows if (row.position or 0) <= self._at]
        reached = rows[-1].position or self._at if rows else self._at
        return list(self._frames(rows)), reached

    def _frames(self, rows: Sequence[EventRow]) -> Iterator[bytes]:
        ours = [row for row in rows if row.organisation_id == self._screen.organisation_id and row.type in TYPES]
        told = [(self._streams.mapper.fact(row.type, row.state), row.position or 0) for row in ours]
        grant = self._screen.grant
        if grant is None:
            return
        own = grant.scope == OWN
        customers = {found for event, _ in told if own for found in customers_of(event)}
        owners = self._watched.owners_of(customers, _NOW) if customers else {}
        for event, position in told:
            news = self._news(event, position)
            if news is None:
                continue
            judged = verdict(event, self._screen.user_id, grant.scope, owners_among(owners, event))
            seen = seen_as(news, judged)
            if seen is not None:
                yield item_of(seen).frame

    def _news(self, event: Event, position: int) -> News | None:
        shown = cut(event)
        return None if shown is None else News(position, shown, getattr(event, "conversation_id", None))
