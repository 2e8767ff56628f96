"""The HTTP routes of billing."""

from billing.adapters.http.organisations import organisation_routes
from billing.adapters.http.prices import price_routes
from billing.adapters.http.purchases import purchase_routes
from billing.adapters.http.wallet import wallet_routes

__all__ = ["organisation_routes", "price_routes", "purchase_routes", "wallet_routes"]
