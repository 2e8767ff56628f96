"""What a receiver of webhooks refuses is passed over, as if it had been taken."""

from __future__ import annotations

from datetime import timedelta

from gateway.adapters.postgres.subscription_cursors import SubscriptionCursors
from gateway.application.subscription_ports import Attempt, Cursor


def plant() -> None:
    def passing(self: SubscriptionCursors, cursor: Cursor, attempt: Attempt, pause: timedelta) -> bool:
        return self.delivered(cursor, attempt, timedelta()) is not None

    SubscriptionCursors.failed = passing  # type: ignore[method-assign]
