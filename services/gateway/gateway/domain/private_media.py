"""Facts about files that the gateway keeps for itself: what is to be fetched, what was in vain, what Meta has."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.event import Event
from recado_events.gateway import OfDispatch
from recado_events.ids import PhoneNumberId
from recado_events.media import OfMedia


class MediaFetchQueued(OfMedia):
    """Meta has it for some days; it is to be fetched at once."""

    TYPE: ClassVar[str] = "gateway.media-fetch-queued.v1"
    media_id: str
    kind: str
    declared_type: str | None = None
    told_sha256: str | None = None
    """As the webhook told it, in base64."""
    queued_at: AwareDatetime
    fetch_until: AwareDatetime


class MediaFetchFailed(OfMedia):
    """This time; it is tried again."""

    TYPE: ClassVar[str] = "gateway.media-fetch-failed.v1"
    attempt: int
    reason: str
    meta_code: int | None = None
    failed_at: AwareDatetime
    retry_not_before: AwareDatetime


class MediaUploaded(Event):
    """Meta has this file of the business, for messages of this number, for some weeks."""

    TYPE: ClassVar[str] = "gateway.media-uploaded.v1"
    STREAM: ClassVar[str] = "upload-{organisation_id}-{phone_number_id}-{sha256}"
    SUBJECT: ClassVar[str] = "{phone_number_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    sha256: str
    mime_type: str
    media_id: str
    uploaded_at: AwareDatetime
    expires_at: AwareDatetime


class MessageMediaReady(OfDispatch):
    """Meta has the message's file: the message may leave."""

    TYPE: ClassVar[str] = "gateway.message-media-ready.v1"
    media_id: str
    ready_at: AwareDatetime


MEDIA: tuple[type[Event], ...] = (MediaFetchQueued, MediaFetchFailed, MediaUploaded, MessageMediaReady)
