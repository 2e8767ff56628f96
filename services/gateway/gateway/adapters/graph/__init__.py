"""Meta's Graph API: messages out, one call an attempt; files both ways; connecting a number; templates."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from gateway.adapters.graph.accounts import GraphAccounts, account_client
from gateway.adapters.graph.media import GraphMedia
from gateway.adapters.graph.messages import GraphMessages, client_options
from gateway.adapters.graph.templates import GraphTemplates
from gateway.settings import Settings


def clients(
    settings: Settings, http: Callable[..., httpx.AsyncClient], in_flight: int
) -> tuple[GraphAccounts, GraphTemplates, GraphMessages, GraphMedia]:
    """`in_flight`: how many messages may be on their way at once. All other calls are rare, or wait for each other."""
    at = settings.graph
    return (
        GraphAccounts(account_client, *at, settings.app_id, settings.app_secret),
        GraphTemplates(account_client, *at),
        GraphMessages(http(**client_options(in_flight)), *at),
        GraphMedia(account_client, *at),
    )


__all__ = [
    "GraphAccounts",
    "GraphMedia",
    "GraphMessages",
    "GraphTemplates",
    "account_client",
    "client_options",
    "clients",
]
