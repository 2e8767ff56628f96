"""The HTTP routes of conversations."""

from fastapi import APIRouter
from recado_chassis.streams import Streams

from conversations.adapters.http.attachments import attachment_routes
from conversations.adapters.http.beginning import beginning_routes
from conversations.adapters.http.desks import desk_routes
from conversations.adapters.http.inbox import inbox_routes
from conversations.adapters.http.people import standing
from conversations.adapters.http.talk import talk_routes
from conversations.adapters.http.users import user_routes
from conversations.application import People
from conversations.views import Questions


def people_routes(streams: Streams, people: People, questions: Questions) -> list[APIRouter]:
    """Who answers, and who of them takes part in which rota."""
    return [user_routes(streams, people, questions), desk_routes(streams, people, questions)]


__all__ = ["attachment_routes", "beginning_routes", "inbox_routes", "people_routes", "standing", "talk_routes"]
