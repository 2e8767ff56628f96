"""The HTTP routes of conversations."""

from fastapi import APIRouter
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams

from conversations.adapters.http.beginning import beginning_routes
from conversations.adapters.http.desks import desk_routes
from conversations.adapters.http.inbox import inbox_routes
from conversations.adapters.http.people import standing
from conversations.adapters.http.saved_views import saved_view_routes
from conversations.adapters.http.stream import stream_routes
from conversations.adapters.http.talk import talk_routes
from conversations.adapters.http.users import user_routes
from conversations.application import Beginning, People, Talking
from conversations.views import Questions

__all__ = [
    "inbox_routes",
    "saved_view_routes",
    "staff_routes",
    "standing",
    "stream_routes",
    "writing_routes",
]


def staff_routes(streams: Streams, people: People, questions: Questions) -> list[APIRouter]:
    """Who answers: users, profiles, rotas."""
    return [user_routes(streams, people, questions), desk_routes(streams, people, questions)]


def writing_routes(
    streams: Streams, talking: Talking, beginning: Beginning, questions: Questions, ids: Ids
) -> list[APIRouter]:
    """What is written to customers, in a conversation or to begin one."""
    return [beginning_routes(streams, beginning, ids), talk_routes(streams, talking, beginning, questions, ids)]
