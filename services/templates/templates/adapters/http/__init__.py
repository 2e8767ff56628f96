"""The HTTP routes of templates."""

from templates.adapters.http.looking import looking_routes
from templates.adapters.http.people import standing
from templates.adapters.http.writing import writing_routes

__all__ = ["looking_routes", "standing", "writing_routes"]
