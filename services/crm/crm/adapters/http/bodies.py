"""What the bodies of several routes have in common."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field
from recado_chassis.http.models import RequestModel
from recado_events.ids import MessageId

from crm.commands import Amount

Name = Annotated[str, Field(min_length=1, max_length=500)]
Value = Name | None
Phone = Annotated[str, Field(max_length=32, pattern=r"^\+[0-9][0-9 ().-]{6,30}$")]
"""With the country's code: +55 11 98765-4321."""
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None


class OwnerBody(RequestModel):
    user_id: UUID


class NoteBody(RequestModel):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    message_id: UUID | None = None
    """The message the note is made from."""

    @property
    def made_from(self) -> MessageId | None:
        return None if self.message_id is None else MessageId(self.message_id)


class AmountBody(RequestModel):
    minor: Annotated[int, Field(ge=0)]
    """In minor units of the currency: cents; yen have none."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Its code in ISO 4217."""

    @property
    def amount(self) -> Amount:
        return Amount(self.minor, self.currency)


def digits_of(phone: str | None) -> str | None:
    """E.164 digits of a phone number as people write it."""
    return None if phone is None else "".join(letter for letter in phone if letter.isascii() and letter.isdigit())
