"""A file of the business at Meta: uploaded once a number, used again until shortly before Meta forgets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId

from gateway.commands.media import NoteUpload
from gateway.domain.private_media import MediaUploaded

KEPT_BY_META = timedelta(days=30)
MARGIN = timedelta(days=1)


def upload_stream(organisation_id: OrganisationId, phone_number_id: PhoneNumberId, sha256: str) -> str:
    return f"upload-{organisation_id}-{phone_number_id}-{sha256}"


@dataclass(frozen=True, slots=True)
class Upload:
    media_id: str | None = None
    expires_at: datetime | None = None

    def usable(self, now: datetime) -> str | None:
        """Meta's id of the file, if a message that leaves within a day may name it."""
        return self.media_id if self.expires_at is not None and now < self.expires_at - MARGIN else None


def note(command: NoteUpload, upload: Upload) -> list[Event]:
    if upload.media_id == command.media_id:
        return []
    return [
        MediaUploaded(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            sha256=command.sha256,
            mime_type=command.mime_type,
            media_id=command.media_id,
            uploaded_at=command.now,
            expires_at=command.now + KEPT_BY_META,
        )
    ]


def evolve(upload: Upload, event: Event) -> Upload:
    match event:
        case MediaUploaded():
            return Upload(event.media_id, event.expires_at)
    return upload
