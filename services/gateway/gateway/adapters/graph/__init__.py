"""Meta's Graph API: messages out, one call an attempt, and the calls of connecting a number."""

from gateway.adapters.graph.accounts import GraphAccounts, account_client
from gateway.adapters.graph.messages import GraphMessages, client_options

__all__ = ["GraphAccounts", "GraphMessages", "account_client", "client_options"]
