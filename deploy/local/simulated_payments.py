"""What somebody does on the payment provider's page: here it is a call of the simulator's control API."""

from typing import Any

from deploy.local.api import Call

Endpoints = dict[str, Any]


def page_is_paid(endpoints: Endpoints, checkout_url: str) -> Call:
    """With a card that pays."""
    session = checkout_url.rpartition("/")[2]
    return Call("POST", f"{endpoints['payments']}/control/sessions/{session}/pay", None, {"card": "ok"})
