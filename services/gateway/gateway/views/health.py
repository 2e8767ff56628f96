"""How a number and its account stand, as the channel's page shows it: the newest notice of each kind, and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from recado_events.number_health import (
    AccountAlertRaised,
    AccountReviewed,
    AccountStandingReported,
    CapabilityReported,
    NumberNameJudged,
    NumberQualityReported,
    NumberSecurityNoticed,
    NumberSeen,
    OfNotice,
)

ALERTS = 20
"""How many of them a page shows."""
_KINDS: dict[type[OfNotice], str] = {
    NumberQualityReported: "quality",
    NumberNameJudged: "name",
    NumberSecurityNoticed: "security",
    AccountStandingReported: "account",
    AccountReviewed: "review",
    AccountAlertRaised: "alert",
    CapabilityReported: "capability",
    NumberSeen: "seen",
}
STANDING = [kind for kind in _KINDS.values() if kind != "alert"]
"""Of these the newest says how it is; alerts stand beside each other."""
_PLACE = set(OfNotice.model_fields)


class Notice(NamedTuple):
    kind: str
    told_at: datetime
    details: dict[str, Any]
    digits: str | None = None
    """Of the number it is about, as far as Meta shows one."""
    number_id: str | None = None
    """The same, where Meta names it by its id."""


def notice_of(event: OfNotice) -> Notice:
    about = event.model_dump(mode="json", exclude=_PLACE | {event.TIME})
    number = about.get("entity_id") if about.get("entity_type") == "PHONE_NUMBER" else None
    if isinstance(event, NumberSeen):
        return Notice(_KINDS[NumberSeen], event.happened_at, about, number_id=about.pop("phone_number_id"))
    return Notice(_KINDS[type(event)], event.happened_at, about, digits_of(event.display_phone_number), number)


def digits_of(display: str | None) -> str | None:
    """Meta names numbers as it shows them, now with blanks and signs and now without."""
    return "".join(filter(str.isdigit, display or "")) or None


def health(standing: Sequence[Notice], alerts: Sequence[Notice]) -> dict[str, Any]:
    """As the API answers it; what Meta has told nothing of is null. The limit is the one that was told last."""
    newest = {notice.kind: notice for notice in standing}
    limits = [each for each in standing if each.kind in ("quality", "capability", "seen") and each.details.get("limit")]
    limit = max(limits, key=lambda each: (each.told_at, each.kind), default=None)
    return {
        **{kind: _shown(newest.get(kind)) for kind in STANDING},
        "messaging_limit": None if limit is None else limit.details["limit"],
        "alerts": [_shown(alert) for alert in alerts],
    }


def _shown(notice: Notice | None) -> dict[str, Any] | None:
    return None if notice is None else {**notice.details, "told_at": notice.told_at}
