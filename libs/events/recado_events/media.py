"""Events about the files that customers sent: fetched from Meta while it has them, or lost, and why."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId, PhoneNumberId


class OfMedia(Event):
    """The one attachment of a message that Meta told of."""

    STREAM: ClassVar[str] = "media-{message_id}"
    SUBJECT: ClassVar[str] = "{customer_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


class MediaStored(OfMedia):
    """Its bytes are ours: all of them, with the hash that Meta told."""

    TYPE: ClassVar[str] = "gateway.media-stored.v1"
    file_key: str
    """Where the files have it."""
    sha256: str
    """In hex."""
    size: int
    mime_type: str | None = None
    """What the bytes are; None where they tell nothing that is known."""
    declared_type: str | None = None
    """What Meta called it."""
    flags: tuple[str, ...] = ()
    """What people are to be warned of: type_mismatch, macros, bomb (it unpacks to more than a machine has), nested
    (archives inside) or malware."""
    thumbnail: str | None = None
    """Where the files have a small picture of it, a JPEG; only of images."""
    attempts: int
    stored_at: AwareDatetime


class MediaLost(OfMedia):
    """It will not come any more."""

    TYPE: ClassVar[str] = "gateway.media-lost.v1"
    reason: str
    """Of the last attempt: gone, hash_mismatch, too_large, forbidden_host, redirected, stale_url, download_refused,
    refused, authorisation_lost, throttled, timeout, unreachable, connection_lost, meta_failed, unreadable_answer,
    unreadable (nobody here could look at it) or files_unavailable (it could not be kept here)."""
    attempts: int
    lost_at: AwareDatetime


PUBLISHED: tuple[type[Event], ...] = (MediaStored, MediaLost)
