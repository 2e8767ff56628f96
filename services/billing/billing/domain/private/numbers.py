"""Business numbers and their accounts: time zones, and what was counted in which month."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.event import Event
from recado_events.ids import PhoneNumberId, WabaId


class OfNumber(Event):
    STREAM: ClassVar[str] = "number-{organisation_id}-{phone_number_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    phone_number_id: PhoneNumberId


class NumberNoted(OfNumber):
    TYPE: ClassVar[str] = "billing.number-noted.v1"
    waba_id: WabaId
    country: str
    noted_at: AwareDatetime


class ServiceMessageCounted(OfNumber):
    TYPE: ClassVar[str] = "billing.service-message-counted.v1"
    month: str
    counted_at: AwareDatetime


class OfAccount(Event):
    STREAM: ClassVar[str] = "account-{organisation_id}-{waba_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    waba_id: WabaId


class TimeZoneNoted(OfAccount):
    """The WABA's: as it was said when a number of it was last connected."""

    TYPE: ClassVar[str] = "billing.time-zone-noted.v1"
    time_zone: str
    noted_at: AwareDatetime


class ConversationCounted(OfAccount):
    TYPE: ClassVar[str] = "billing.conversation-counted.v1"
    month: str
    counted_at: AwareDatetime
