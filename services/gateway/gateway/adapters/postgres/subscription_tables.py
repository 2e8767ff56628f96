"""The tables of outgoing webhooks, as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from psycopg import Connection

from gateway.adapters.postgres.subscription_cursors import SubscriptionCursors
from gateway.adapters.postgres.subscriptions import KeptSubscriptions
from gateway.adapters.postgres.tokens import Vault


def for_subscriptions(
    connection: Callable[[], AbstractContextManager[Connection[Any]]], vault: Vault, new_id: Callable[[], UUID]
) -> tuple[KeptSubscriptions, SubscriptionCursors]:
    """What people set, and what the notifier moves."""
    return KeptSubscriptions(connection, vault), SubscriptionCursors(connection, new_id)
