"""The HTTP routes of the gateway."""

from gateway.adapters.http.channels import channel_routes
from gateway.adapters.http.subscriptions import subscription_routes

__all__ = ["channel_routes", "subscription_routes"]
