"""The routes about how conversations live and end, and what people have at hand in them."""

from __future__ import annotations

from fastapi import APIRouter
from recado_chassis.ports import Clock, Ids
from recado_chassis.streams import Streams

from conversations.adapters.http.past import past_routes
from conversations.adapters.http.presence import presence_routes
from conversations.adapters.http.quick_replies import quick_reply_routes
from conversations.adapters.http.rules import rules_routes
from conversations.adapters.http.saved_views import saved_view_routes
from conversations.application import Answering, Keeping, Ruling, Talking
from conversations.application.importing import Importing
from conversations.application.scene import Scene
from conversations.views import Questions


def life_routes(streams: Streams, scene: Scene, questions: Questions, clock: Clock, ids: Ids) -> list[APIRouter]:
    return [
        saved_view_routes(streams, Keeping(scene), questions, clock, ids),
        rules_routes(streams, Ruling(scene)),
        quick_reply_routes(streams, Answering(scene), ids),
        past_routes(streams, Importing(scene), questions),
        presence_routes(streams, Talking(scene), questions, ids),
    ]
