"""The HTTP routes of conversations."""

from conversations.adapters.http.beginning import beginning_routes
from conversations.adapters.http.desks import desk_routes
from conversations.adapters.http.inbox import inbox_routes
from conversations.adapters.http.life import life_routes
from conversations.adapters.http.people import standing
from conversations.adapters.http.talk import talk_routes
from conversations.adapters.http.users import user_routes

__all__ = [
    "beginning_routes",
    "desk_routes",
    "inbox_routes",
    "life_routes",
    "standing",
    "talk_routes",
    "user_routes",
]
