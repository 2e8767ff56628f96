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

    def __init__(self, key: bytes, *older: bytes) -> None:
        """The first signs, all verify: statuses come for weeks after their message left."""
        self._keys = (key, *older)

    def __repr__(self) -> str:
        return f"Tags({len(self._keys)} keys)"

    def make(
        self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, message_id: MessageId, attempt: int
    ) -> str:
        proof = _proof(self._keys[0], organisation_id, phone_number_id, message_id, attempt)
        return f"v1.{message_id.hex}.{attempt}.{proof}"

    def verify(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, text: str) -> Tag | None:
        """What the tag says, or None where it was not made here for this number of this organisation."""
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        tag = Tag(MessageId(UUID(hex=found[1])), int(found[2]))
        proofs = (_proof(key, organisation_id, phone_number_id, tag.message_id, tag.attempt) for key in self._keys)
        return tag if any(hmac.compare_digest(proof.encode(), found[3].encode()) for proof in proofs) else None


def _proof(
    key: bytes, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, message_id: MessageId, attempt: int
) -> str:
    told = f"{organisation_id}|{phone_number_id}|{message_id}|{attempt}"
    return hmac.new(key, told.encode(), sha256).hexdigest()[:16]
