"""A wamid of the business: the message it stands for, or the statuses that wait for one (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recado_events.event import Event
from recado_events.ids import MessageId

from conversations.domain.private import StatusOfUnknownMessage, WamidBound


@dataclass(frozen=True, slots=True)
class Wamid:
    message_id: MessageId | None = None
    orphans: tuple[StatusOfUnknownMessage, ...] = ()


UNBOUND = Wamid()


def evolve(wamid: Wamid, event: Event) -> Wamid:
    match event:
        case WamidBound():
            return Wamid(message_id=event.message_id)
        case StatusOfUnknownMessage():
            return replace(wamid, orphans=(*wamid.orphans, event))
    return wamid
