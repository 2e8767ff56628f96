"""What the bodies of several routes have in common."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from recado_chassis.http.models import RequestModel
from recado_chassis.http.typed_numbers import e164_digits
from recado_events.ids import MessageId

from crm.commands import Amount

Name = Annotated[str, Field(min_length=1, max_length=500)]
Value = Name | None


def _digits(phone: str) -> str:
    digits = e164_digits(phone)
    if digits is None:
        raise PydanticCustomError("phone_number", "Input should be a phone number with its country's code")
    return digits


Phone = Annotated[str, Field(max_length=32, pattern=r"^\+[0-9][0-9 ().-]{6,30}$"), AfterValidator(_digits)]
"""With the country's code, +55 11 98765-4321; read as its digits in E.164."""
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
