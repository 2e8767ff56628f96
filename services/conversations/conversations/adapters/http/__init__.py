"""The HTTP routes of conversations."""

from fastapi import APIRouter
from recado_chassis.streams import Streams

from conversations.adapters.http.beginning import beginning_routes
from conversations.adapters.http.desks import desk_routes
from conversations.adapters.http.inbox import inbox_routes
from conversations.adapters.http.life import life_routes
from conversations.adapters.http.people import standing
from conversations.adapters.http.stream import stream_routes
from conversations.adapters.http.talk import talk_routes
from conversations.adapters.http.users import user_routes
from conversations.application import People
from conversations.views import Questions

__all__ = [
    "beginning_routes",
    "inbox_routes",
    "life_routes",
    "staff_routes",
    "standing",
    "stream_routes",
    "talk_routes",
]


def staff_routes(streams: Streams, people: People, questions: Questions) -> list[APIRouter]:
    """Who answers: users, profiles, rotas."""
    return [user_routes(streams, people, questions), desk_routes(streams, people, questions)]
