"""The HTTP routes of conversations."""

from typing import Any

from fastapi import APIRouter
from recado_chassis.files import Files
from recado_chassis.ports import Clock, Ids
from recado_chassis.streams import Streams

from conversations.adapters.http.attachments import attachment_routes
from conversations.adapters.http.beginning import beginning_routes
from conversations.adapters.http.desks import desk_routes
from conversations.adapters.http.inbox import inbox_routes
from conversations.adapters.http.life import life_routes
from conversations.adapters.http.people import standing
from conversations.adapters.http.reply_files import reply_file_routes
from conversations.adapters.http.stream import Screens, stream_routes
from conversations.adapters.http.talk import Ways, talk_routes
from conversations.adapters.http.users import user_routes
from conversations.application import People
from conversations.views import Questions

__all__ = [
    "Ways",
    "life_routes",
    "screen_routes",
    "staff_routes",
    "standing",
    "writing_routes",
]


def screen_routes(streams: Streams, questions: Questions, screens: Screens[Any], clock: Clock) -> list[APIRouter]:
    """What is shown: lists and timelines as they are asked for, and what moves them."""
    return [inbox_routes(streams, questions, clock), stream_routes(screens)]


def staff_routes(streams: Streams, people: People, questions: Questions) -> list[APIRouter]:
    """Who answers: users, profiles, rotas."""
    return [user_routes(streams, people, questions), desk_routes(streams, people, questions)]


def writing_routes(streams: Streams, ways: Ways, questions: Questions, files: Files, ids: Ids) -> list[APIRouter]:
    """Writing first, files, and all that is done with a conversation."""
    attaching, beginning = ways.attaching, ways.beginning
    return [
        attachment_routes(streams, attaching, questions, files, ids),
        beginning_routes(streams, beginning, ids),
        reply_file_routes(streams, attaching, files, ids),
        talk_routes(streams, ways, questions, ids),
    ]
