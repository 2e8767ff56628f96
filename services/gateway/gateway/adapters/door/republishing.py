"""What the archive holds goes to its consumers once more, as it came: for those that lost it, and for those that have
learnt to read it since. Who knows it already finds that they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from recado_chassis.producing.records import Record
from recado_chassis.threads import in_thread
from recado_chassis.toolbox import Publisher
from recado_events.catalogue import INBOUND

from gateway.adapters.door.archiving import AGAIN
from gateway.adapters.door.releasing import AT_ONCE
from gateway.application.archive import Archive, Kept, Span


async def republish(archive: Archive, publisher: Publisher, span: Span, a_second: float) -> AsyncIterator[list[Kept]]:
    """Each page as it is acknowledged. `a_second`: how many at most, for what customers write meanwhile stands behind
    them. Raises NotAcknowledged and Unavailable; then it may be done anew."""
    clock = asyncio.get_running_loop().time
    last: Kept | None = None
    while page := await in_thread(archive.of_span, span, last, AT_ONCE):
        began = clock()
        await publisher.send_all([_again(kept) for kept in page])
        last = page[-1]
        yield page
        await asyncio.sleep(max(0.0, len(page) / a_second - (clock() - began)))


def _again(kept: Kept) -> Record:
    headers = [(name, value) for name, value in kept.headers if value is not None]
    return Record(INBOUND.name, kept.key or b"", kept.value or b"", [*headers, (AGAIN, b"true")])
