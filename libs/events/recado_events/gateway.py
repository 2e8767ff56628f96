"""Events of the gateway: channels connected and lost, and what became of every message that left."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events import media, meta_templates, number_health, subscriptions
from recado_events.event import Event, Personal
from recado_events.ids import CustomerId, MessageId, PhoneNumberId, UserId, WabaId


class OfChannel(Event):
    """Facts about a business number. Its name and its displayed number are the business's, not a person's."""

    STREAM: ClassVar[str] = "channel-{phone_number_id}"
    SUBJECT: ClassVar[str] = "{phone_number_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId


class ChannelConnectionStarted(OfChannel):
    """From here on updates of this number are this organisation's. Told before Meta is asked to send any."""

    TYPE: ClassVar[str] = "gateway.channel-connection-started.v1"
    waba_id: WabaId
    country: str
    """ISO 3166 alpha-2, for numbers typed without a country code."""
    time_zone: str
    """IANA name."""
    started_by: UserId
    started_at: AwareDatetime


class ChannelStepCompleted(OfChannel):
    TYPE: ClassVar[str] = "gateway.channel-step-completed.v1"
    step: str
    """code_exchange, token_check, webhook_subscription or number_registration."""
    display_phone_number: str | None = None
    completed_at: AwareDatetime


class ChannelStepFailed(OfChannel):
    TYPE: ClassVar[str] = "gateway.channel-step-failed.v1"
    step: str
    reason: str
    meta_code: int | None = None
    failed_at: AwareDatetime


class ChannelConnected(OfChannel):
    """Its details are saved: the Messages module is on."""

    TYPE: ClassVar[str] = "gateway.channel-connected.v1"
    waba_id: WabaId
    name: str
    display_phone_number: str | None = None
    connected_by: UserId
    connected_at: AwareDatetime


class ChannelRenamed(OfChannel):
    TYPE: ClassVar[str] = "gateway.channel-renamed.v1"
    name: str
    renamed_by: UserId
    renamed_at: AwareDatetime


class ChannelDisconnected(OfChannel):
    """Sending has stopped. History, contacts, credits and ledger remain."""

    TYPE: ClassVar[str] = "gateway.channel-disconnected.v1"
    reason: str
    disconnected_by: UserId | None = None
    disconnected_at: AwareDatetime


class ChannelAuthorisationLost(OfChannel):
    """Meta no longer takes this number's token: sending pauses until it is connected anew, recording goes on."""

    TYPE: ClassVar[str] = "gateway.channel-authorisation-lost.v1"
    meta_code: int
    lost_at: AwareDatetime


class OfDispatch(Event):
    """One outgoing message on its way to Meta."""

    STREAM: ClassVar[str] = "dispatch-{message_id}"
    SUBJECT: ClassVar[str] = "{customer_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


class MessageQueued(OfDispatch):
    TYPE: ClassVar[str] = "gateway.message-queued.v1"
    send_by: AwareDatetime
    queued_at: AwareDatetime


class MessageDispatchStarted(OfDispatch):
    """A claim for ever: whoever appended this makes attempt `attempt`, and nobody else does."""

    TYPE: ClassVar[str] = "gateway.message-dispatch-started.v1"
    attempt: int
    started_at: AwareDatetime


class MessageNotSent(OfDispatch):
    """The attempt certainly did not reach Meta, or Meta certainly did not take it: another may be made."""

    TYPE: ClassVar[str] = "gateway.message-not-sent.v1"
    attempt: int
    reason: str
    meta_code: int | None = None
    not_sent_at: AwareDatetime
    retry_not_before: AwareDatetime | None = None


class AcceptedAt(Personal):
    wamid: str | None = None
    """None where Meta gives none (a read receipt)."""
    wa_id: str | None = None
    user_id: str | None = None


class MessageAccepted(OfDispatch):
    TYPE: ClassVar[str] = "gateway.message-accepted.v1"
    attempt: int
    evidence: str
    """`answer`: Meta's answer to the call; `status`: a status that carries our tag."""
    message_status: str | None = None
    """Meta's word where it gave one: accepted, held_for_quality_assessment, paused."""
    accepted_at: AwareDatetime
    personal: AcceptedAt | None


class RejectionDetails(Personal):
    title: str | None = None
    details: str | None = None


class MessageRejected(OfDispatch):
    """It was not and will not be sent."""

    TYPE: ClassVar[str] = "gateway.message-rejected.v1"
    attempt: int
    reason: str
    """`graph` (Meta refused, see `meta_code`), `media_refused` (Meta did not take its file), `media_missing`,
    `expired`, `channel_disconnected`, `frozen` (by the edition) or `unsupported`."""
    meta_code: int | None = None
    rejected_at: AwareDatetime
    personal: RejectionDetails | None = None


class MessageOutcomeUnknown(OfDispatch):
    """It may have been sent. It is not sent again; a status with our tag can still resolve it."""

    TYPE: ClassVar[str] = "gateway.message-outcome-unknown.v1"
    attempt: int
    reason: str
    noticed_at: AwareDatetime


class DuplicateSendDetected(OfDispatch):
    """Two different wamids carry the tag of one message."""

    TYPE: ClassVar[str] = "gateway.duplicate-send-detected.v1"
    detected_at: AwareDatetime
    personal: AcceptedAt | None


PUBLISHED: tuple[type[Event], ...] = (
    ChannelConnectionStarted,
    ChannelStepCompleted,
    ChannelStepFailed,
    ChannelConnected,
    ChannelRenamed,
    ChannelDisconnected,
    ChannelAuthorisationLost,
    MessageQueued,
    MessageDispatchStarted,
    MessageNotSent,
    MessageAccepted,
    MessageRejected,
    MessageOutcomeUnknown,
    DuplicateSendDetected,
    *media.PUBLISHED,
    *meta_templates.PUBLISHED,
    *number_health.PUBLISHED,
    *subscriptions.PUBLISHED,
)
