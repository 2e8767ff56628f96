"""What Meta sent, as the gateway passes it on: one record an update, its text unchanged."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from recado_events.event import Fact
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId


class InboundType(StrEnum):
    """The `ce_type` of inbound and quarantined records; it says what the update is, not what is in it."""

    MESSAGE = "inbound.message.v1"
    STATUS = "inbound.status.v1"
    ECHO = "inbound.echo.v1"
    PREFERENCE = "inbound.preference.v1"
    HISTORY = "inbound.history.v1"
    ERROR = "inbound.error.v1"
    FIELD = "inbound.field.v1"
    """Everything else: account, template, phone number, security … and fields not known yet."""


class InboundUpdate(Fact):
    """Body of a record of `recado.inbound.v1` and `recado.quarantine.v1`.

    `update` is cut unchanged from the webhook's body; `contacts` holds only those that match it.
    """

    organisation_id: OrganisationId | None
    """None in quarantine where nobody here serves the number or account."""
    waba_id: WabaId
    phone_number_id: PhoneNumberId | None = None
    field: str
    entry_time: int | None = None
    ordinal: int = 0
    """Place of the update in its webhook."""
    received_at: int
    """Microseconds since 1970, UTC: when the gateway had read the webhook."""
    metadata: dict[str, JsonValue] | None = None
    contacts: tuple[dict[str, JsonValue], ...] = ()
    update: JsonValue = None
