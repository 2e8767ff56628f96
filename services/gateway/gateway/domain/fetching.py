"""One file of a customer on its way here: fetched at once, tried again, lost with a reason (rule 32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, TypedDict, assert_never

from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId
from recado_events.media import MediaLost, MediaStored

from gateway.commands.media import Fetched, MediaCommand, NotFetched, OnMedia, QueueMedia, RecordFetch
from gateway.domain.private_media import MediaFetchFailed, MediaFetchQueued

KEPT_BY_META = timedelta(days=7)
LONGEST_PAUSE = timedelta(hours=1)
LARGEST = 100 * 1024 * 1024
FLAG_TYPE = "type_mismatch"
_ENOUGH: Mapping[str, int] = MappingProxyType(
    {"too_large": 1, "forbidden_host": 3, "redirected": 3, "hash_mismatch": 4, "gone": 10, "refused": 10}
)
"""After so many attempts that ended so there is no hope left: seconds for bytes that are not those that were told,
minutes for what Meta says it does not have. Whatever else it is may pass, and is outlasted."""


def media_stream(message_id: MessageId) -> str:
    return f"media-{message_id}"


@dataclass(frozen=True, slots=True)
class Fetch:
    phase: Literal["absent", "fetching", "stored", "lost"] = "absent"
    wanted: MediaFetchQueued | None = None
    attempts: int = 0
    reasons: tuple[str, ...] = ()
    """Of the attempts in vain, as far as they count."""
    retry_not_before: datetime | None = None


class Place(TypedDict):
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId | None
    message_id: MessageId


def decide(command: MediaCommand, fetch: Fetch) -> list[Event]:
    match command:
        case QueueMedia():
            return _queue(command, fetch)
        case RecordFetch():
            return _record(command, fetch)
    assert_never(command)


def pause(attempts: int) -> timedelta:
    """Doubling from a second to an hour: what was a hiccup is made good at once, an outage is outlasted."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 12)), LONGEST_PAUSE)


def _queue(command: QueueMedia, fetch: Fetch) -> list[Event]:
    if fetch.phase != "absent":
        return []
    return [
        MediaFetchQueued(
            **_place(command),
            media_id=command.media_id,
            kind=command.kind,
            declared_type=command.declared_type,
            told_sha256=command.told_sha256,
            queued_at=command.now,
            fetch_until=command.told_at + KEPT_BY_META,
        )
    ]


def _record(command: RecordFetch, fetch: Fetch) -> list[Event]:
    if fetch.phase != "fetching" or fetch.wanted is None or command.attempt != fetch.attempts + 1:
        return []
    match command.outcome:
        case Fetched() as got:
            return [_stored(command, got, fetch.wanted.declared_type)]
        case NotFetched() as failed:
            return [_failed(command, failed, fetch, fetch.wanted.fetch_until)]
    assert_never(command.outcome)


def _stored(command: RecordFetch, got: Fetched, declared: str | None) -> Event:
    flags = got.flags if agree(declared, got.mime_type) else (FLAG_TYPE, *got.flags)
    return MediaStored(
        **_place(command),
        file_key=got.key,
        sha256=got.sha256,
        size=got.size,
        mime_type=got.mime_type,
        declared_type=declared,
        flags=flags,
        thumbnail=got.thumbnail,
        attempts=command.attempt,
        stored_at=command.now,
    )


def _failed(command: RecordFetch, failed: NotFetched, fetch: Fetch, until: datetime) -> Event:
    again_at = command.now + pause(command.attempt)
    seen = fetch.reasons.count(failed.reason) + 1
    if again_at >= until or seen >= _ENOUGH.get(failed.reason, seen + 1):
        return MediaLost(**_place(command), reason=failed.reason, attempts=command.attempt, lost_at=command.now)
    return MediaFetchFailed(
        **_place(command),
        attempt=command.attempt,
        reason=failed.reason,
        meta_code=failed.meta_code,
        failed_at=command.now,
        retry_not_before=again_at,
    )


def agree(declared: str | None, sniffed: str | None) -> bool:
    """Whether a file is what it is called. Where the bytes tell nothing (a text), the name cannot be denied."""
    if declared is None or sniffed is None:
        return True
    bare = declared.partition(";")[0].strip().lower()
    return bare == sniffed or bare.split("/")[0] == sniffed.split("/")[0] != "application" or {bare, sniffed} <= _ALIKE


_ALIKE = frozenset({"audio/ogg", "application/ogg", "audio/opus"})


def evolve(fetch: Fetch, event: Event) -> Fetch:
    match event:
        case MediaFetchQueued():
            return Fetch("fetching", event, retry_not_before=event.queued_at)
        case MediaFetchFailed():
            counted = (*fetch.reasons, event.reason) if event.reason in _ENOUGH else fetch.reasons
            return replace(fetch, attempts=event.attempt, reasons=counted, retry_not_before=event.retry_not_before)
        case MediaStored():
            return replace(fetch, phase="stored", attempts=event.attempts)
        case MediaLost():
            return replace(fetch, phase="lost", attempts=event.attempts)
    return fetch


def _place(command: OnMedia) -> Place:
    return Place(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        customer_id=command.customer_id,
        message_id=command.message_id,
    )
