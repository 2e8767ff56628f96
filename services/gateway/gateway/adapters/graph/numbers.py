"""A row of Meta's list of an account's numbers."""

from __future__ import annotations

from typing import Any

from recado_events.ids import PhoneNumberId

from gateway.application.number_looks import NumberStanding

FIELDS = (
    "id,display_phone_number,verified_name,name_status,quality_rating,status,whatsapp_business_manager_messaging_limit"
)
_LONGEST = 500


def standing_of(row: Any) -> NumberStanding | None:
    """None for a row that nobody could name."""
    number = _text(row.get("id")) if isinstance(row, dict) else None
    if number is None:
        return None
    return NumberStanding(
        phone_number_id=PhoneNumberId(number),
        display_phone_number=_text(row.get("display_phone_number")),
        verified_name=_text(row.get("verified_name")),
        name_status=_text(row.get("name_status")),
        quality=_text(row.get("quality_rating")),
        limit=_text(row.get("whatsapp_business_manager_messaging_limit")),
        status=_text(row.get("status")),
    )


def _text(told: Any) -> str | None:
    """An empty text is an absent one; what PostgreSQL and UTF-8 cannot hold is not kept."""
    if not isinstance(told, str):
        return None
    return told.replace("\0", "").encode("utf-8", "replace").decode()[:_LONGEST] or None
