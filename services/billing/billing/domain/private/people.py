"""Who may use billing, as conversations told."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.event import Event
from recado_events.ids import UserId


class UserNoted(Event):
    TYPE: ClassVar[str] = "billing.user-noted.v1"
    STREAM: ClassVar[str] = "staff-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    user_id: UserId
    role: str | None
    active: bool
    noted_at: AwareDatetime
