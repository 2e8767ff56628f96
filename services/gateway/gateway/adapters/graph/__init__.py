"""Meta's Graph API: messages out, one call an attempt, and the calls of connecting a number and of templates."""

from gateway.adapters.graph.accounts import GraphAccounts, account_client
from gateway.adapters.graph.messages import GraphMessages, client_options
from gateway.adapters.graph.templates import GraphTemplates


def for_administrators(at: tuple[str, str], app_id: str, app_secret: str) -> tuple[GraphAccounts, GraphTemplates]:
    """The calls that somebody waits for or that are rare. `at` is where Meta is, and in which version."""
    return GraphAccounts(account_client, *at, app_id, app_secret), GraphTemplates(account_client, *at)


__all__ = ["GraphAccounts", "GraphMessages", "GraphTemplates", "account_client", "client_options", "for_administrators"]
