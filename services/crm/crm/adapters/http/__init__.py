"""The HTTP routes of crm."""

from crm.adapters.http.changing import changing_routes
from crm.adapters.http.looking import looking_routes
from crm.adapters.http.people import standing

__all__ = ["changing_routes", "looking_routes", "standing"]
