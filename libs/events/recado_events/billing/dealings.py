"""What billing tells of a customer at one business number."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event
from recado_events.ids import CustomerId, PhoneNumberId


class OfDealings(Event):
    STREAM: ClassVar[str] = "dealings-{customer_id}"
    SUBJECT: ClassVar[str] = "{customer_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    phone_number_id: PhoneNumberId
    customer_id: CustomerId


class FreeEntryOpened(OfDealings):
    """The business answered somebody who came from an ad: free of charge until then."""

    TYPE: ClassVar[str] = "billing.free-entry-opened.v1"
    answered_at: AwareDatetime
    free_until: AwareDatetime
