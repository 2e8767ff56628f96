"""Every file of a customer as its stream tells it: fetched or lost with a reason, and what is kept is what was told."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from recado_chassis.files import Files, FilesUnavailable, NoSuchFile
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, time_of
from recado_events.event import Event
from recado_events.gateway import PUBLISHED, ChannelConnectionStarted
from recado_events.ids import MessageId
from recado_events.media import MediaLost, MediaStored, OfMedia

from gateway.domain.private import PRIVATE
from gateway.domain.private_media import MediaFetchQueued

GRACE = timedelta(hours=2)
"""What fails again and again is tried once an hour."""
_KINDS = ("image", "video", "audio", "document", "sticker")
Stories = Mapping[MessageId, Sequence[OfMedia]]


def figures(of: str, connection: Connection[Any], files: Files, taken: Sequence[Json] | None) -> Iterator[Figure]:
    log = [each.event for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE)))]
    stories: defaultdict[MessageId, list[OfMedia]] = defaultdict(list)
    for event in log:
        if isinstance(event, OfMedia):
            stories[event.message_id].append(event)
    pending = connection.execute("SELECT message_id FROM pending_media WHERE direction = 'fetch'").fetchall()
    yield from told_by(of, stories, {row[0] for row in pending}, time_of(connection))
    yield none_of(of, "kept files that are not what their hash says", changed(stories, files))
    if taken is not None:
        yield none_of(of, "files that Meta told of and that nobody fetches", unheard(log, taken))


def told_by(of: str, stories: Stories, pending: set[MessageId], now: datetime) -> Iterator[Figure]:
    ends = [facts[-1] for facts in stories.values()]
    yield told(of, "files of customers", len(stories))
    yield told(of, "files of customers that are kept", sum(isinstance(end, MediaStored) for end in ends))
    yield told(of, "files of customers that were lost", sum(isinstance(end, MediaLost) for end in ends))
    twice = [message for message, facts in stories.items() if _contradicts_itself(facts)]
    yield none_of(of, "files of customers with ends that cannot both be", twice)
    silent = [end.message_id for end in ends if isinstance(end, MediaLost) and not end.reason]
    yield none_of(of, "files of customers lost without a reason", silent)
    open_ones = {message: facts for message, facts in stories.items() if not _is_over(facts)}
    yield none_of(of, "files of customers that nobody tries to fetch any more", open_ones.keys() - pending)
    late = [message for message, facts in open_ones.items() if _is_late(facts, now)]
    yield none_of(of, "files of customers neither kept nor lost after their time", late)


def changed(stories: Stories, files: Files) -> Iterator[str]:
    """Every file is read anew: what stands in the log is not believed."""
    for facts in stories.values():
        for fact in facts:
            if isinstance(fact, MediaStored) and _digest(files, fact.file_key) != fact.sha256:
                yield str(fact.message_id)


def unheard(log: Sequence[Event], taken: Sequence[Json]) -> set[str]:
    """Files in webhooks that were acknowledged, of numbers that are served here."""
    served = {event.phone_number_id for event in log if isinstance(event, ChannelConnectionStarted)}
    queued = {event.media_id for event in log if isinstance(event, MediaFetchQueued)}
    return {media_id for number, media_id in _announced(taken) if number in served} - queued


def _announced(taken: Sequence[Json]) -> Iterator[tuple[str, str]]:
    for body in taken:
        for change in (change for entry in body.get("entry", ()) for change in entry.get("changes", ())):
            value = change["value"]
            number = value.get("metadata", {}).get("phone_number_id", "")
            if change["field"] in ("messages", "history"):
                for message in value.get("messages", ()):
                    kind = message.get("type")
                    if kind in _KINDS and isinstance(message.get(kind), dict) and "id" in message[kind]:
                        yield number, str(message[kind]["id"])


def _digest(files: Files, key: str) -> str | None:
    digest = hashlib.sha256()
    try:
        for piece in files.read(key):
            digest.update(piece)
    except (NoSuchFile, FilesUnavailable, ValueError):
        return None
    return digest.hexdigest()


def _is_over(facts: Sequence[OfMedia]) -> bool:
    return isinstance(facts[-1], MediaStored | MediaLost)


def _contradicts_itself(facts: Sequence[OfMedia]) -> bool:
    ends = [place for place, fact in enumerate(facts) if isinstance(fact, MediaStored | MediaLost)]
    queued = [place for place, fact in enumerate(facts) if isinstance(fact, MediaFetchQueued)]
    return queued != [0] or len(ends) > 1 or bool(ends and ends[0] != len(facts) - 1)


def _is_late(facts: Sequence[OfMedia], now: datetime) -> bool:
    first = facts[0]
    return isinstance(first, MediaFetchQueued) and now > first.fetch_until + GRACE
