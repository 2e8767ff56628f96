"""What Meta tells of business numbers and their accounts: quality, limits, names, reviews, restrictions and alerts.

Each is a fact of its own with Meta's time, whatever was told before or comes later: the newest of a kind says how it
stands.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from recado_events.event import Event, Fact
from recado_events.ids import PhoneNumberId, WabaId


class OfNotice(Event):
    """`notice_id` is made from what Meta said and when, so that a repetition is the same notice."""

    STREAM: ClassVar[str] = "notice-{notice_id}"
    SUBJECT: ClassVar[str] = "{waba_id}"
    KEY: ClassVar[str] = "{organisation_id}:{waba_id}"

    waba_id: WabaId
    notice_id: UUID
    display_phone_number: str | None = None
    """The number it is about, as Meta shows it; None: it is about the account."""


class NumberQualityReported(OfNotice):
    TYPE: ClassVar[str] = "gateway.number-quality-reported.v1"
    event: str
    """Meta's word: ONBOARDING, THROUGHPUT_UPGRADE, and before FLAGGED, UNFLAGGED, UPGRADE, DOWNGRADE."""
    limit: str | None = None
    """To how many people a day messages may go that they did not ask for, such as TIER_2K."""
    previous_limit: str | None = None
    reported_at: AwareDatetime


class NumberNameJudged(OfNotice):
    TYPE: ClassVar[str] = "gateway.number-name-judged.v1"
    decision: str
    """APPROVED, DEFERRED, PENDING or REJECTED."""
    requested_name: str | None = None
    rejection_reason: str | None = None
    judged_at: AwareDatetime


class NumberSecurityNoticed(OfNotice):
    """Somebody touches the number's two-step PIN: a person should look."""

    TYPE: ClassVar[str] = "gateway.number-security-noticed.v1"
    event: str
    """PIN_CHANGED, PIN_RESET_REQUEST or PIN_REQUEST_SUCCESS."""
    noticed_at: AwareDatetime


class Restriction(Fact):
    kind: str
    expires_at: AwareDatetime | None = None


class AccountStandingReported(OfNotice):
    TYPE: ClassVar[str] = "gateway.account-standing-reported.v1"
    event: str
    """Meta's word, such as ACCOUNT_RESTRICTION, ACCOUNT_VIOLATION, DISABLED_UPDATE, PARTNER_REMOVED."""
    restrictions: tuple[Restriction, ...] = ()
    violation: str | None = None
    ban_state: str | None = None
    ban_date: str | None = None
    """As Meta writes it: a date in words."""
    disconnection_reason: str | None = None
    country: str | None = None
    reported_at: AwareDatetime


class AccountReviewed(OfNotice):
    TYPE: ClassVar[str] = "gateway.account-reviewed.v1"
    decision: str
    """APPROVED, REJECTED, PENDING or DEFERRED."""
    reviewed_at: AwareDatetime


class AccountAlertRaised(OfNotice):
    TYPE: ClassVar[str] = "gateway.account-alert-raised.v1"
    alert: str
    severity: str | None = None
    """CRITICAL, WARNING or INFORMATIONAL."""
    status: str | None = None
    description: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    """Of a number: its phone_number_id."""
    raised_at: AwareDatetime


class CapabilityReported(OfNotice):
    """What the whole business may do."""

    TYPE: ClassVar[str] = "gateway.capability-reported.v1"
    limit: str | None = None
    """As NumberQualityReported has it; a number of people where Meta tells one."""
    phone_numbers: int | None = None
    reported_at: AwareDatetime


class NumberSeen(OfNotice):
    """A served number as Meta's list had it, told where that is different from the last look."""

    TYPE: ClassVar[str] = "gateway.number-seen.v1"
    STREAM: ClassVar[str] = "number-at-meta-{organisation_id}-{phone_number_id}"
    SUBJECT: ClassVar[str] = "{phone_number_id}"
    phone_number_id: PhoneNumberId
    verified_name: str | None = None
    name_status: str | None = None
    quality: str | None = None
    """GREEN, YELLOW, RED, UNKNOWN or NA."""
    limit: str | None = None
    status: str | None = None
    """CONNECTED, FLAGGED, RESTRICTED, BANNED and so on."""
    seen_at: AwareDatetime


PUBLISHED: tuple[type[OfNotice], ...] = (
    NumberQualityReported,
    NumberNameJudged,
    NumberSecurityNoticed,
    AccountStandingReported,
    AccountReviewed,
    AccountAlertRaised,
    CapabilityReported,
    NumberSeen,
)
