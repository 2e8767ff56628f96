"""The tag a message carries to Meta and back: which attempt of which message it is, and proof that it is ours."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from recado_events.ids import MessageId, OrganisationId, PhoneNumberId

_FORM = re.compile(r"v1\.([0-9a-f]{32})\.([1-9][0-9]{0,5})\.([0-9a-f]{16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tag:
    message_id: MessageId
    attempt: int


class Tags:
    """Makes and verifies tags: no personal data, 64 characters at most, worth nothing at another number."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Tags(key=**********)"

    def make(
        self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, message_id: MessageId, attempt: int
    ) -> str:
        proof = self._proof(organisation_id, phone_number_id, message_id, attempt)
        return f"v1.{message_id.hex}.{attempt}.{proof}"

    def verify(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, text: str) -> Tag | None:
        """What the tag says, or None where it was not made here for this number of this organisation."""
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        tag = Tag(MessageId(UUID(hex=found[1])), int(found[2]))
        proof = self._proof(organisation_id, phone_number_id, tag.message_id, tag.attempt)
        return tag if hmac.compare_digest(proof.encode(), found[3].encode()) else None

    def _proof(
        self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, message_id: MessageId, attempt: int
    ) -> str:
        told = f"{organisation_id}|{phone_number_id}|{message_id}|{attempt}"
        return hmac.new(self._key, told.encode(), sha256).hexdigest()[:16]
