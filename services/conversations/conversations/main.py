"""conversations on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.conversations import PUBLISHED

from conversations.adapters import http, kafka, live, periodic
from conversations.adapters.postgres import ATTACHMENTS, INBOX, InboxQuestions, WatchedViews
from conversations.application import Answering, Arriving, Attaching, Beginning, Delivering, Listening, People
from conversations.application.scene import Scene
from conversations.domain.private import PRIVATE
from conversations.settings import Settings

SHOWS = (INBOX, ATTACHMENTS)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams, scene = tools.streams((*PUBLISHED, *PRIVATE)), Scene(settings.fingerprints())
    arriving, delivering, listening = Arriving(scene, tools.ids), Delivering(scene, tools.ids), Listening(scene)
    ways = http.Ways(Attaching(scene), Answering(scene), Beginning(scene, tools.ids))
    people, questions, files = People(scene), InboxQuestions(tools.connection), settings.files()
    opens, screens = settings.reactions_open_window, live.Hub(streams, tools, WatchedViews(tools.connection), SHOWS)
    return Service(
        "conversations",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(arriving, delivering, listening, scene, tools.clock, reactions_open_window=opens),
        answers=[
            *http.screen_routes(streams, questions, screens, tools.clock),
            *http.writing_routes(streams, ways, questions, files, tools.ids),
            *http.staff_routes(streams, people, questions),
            *http.life_routes(streams, scene, questions, files, tools.clock, tools.ids),
        ],
        shows=SHOWS,
        also=periodic.rounds(streams, scene, questions),
        always=[screens],
        standing=http.standing(streams),
    )
