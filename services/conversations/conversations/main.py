"""conversations on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.conversations import PUBLISHED

from conversations.adapters import expiring, http, kafka, live
from conversations.adapters.postgres import INBOX, InboxQuestions, WatchedViews
from conversations.application import Arriving, Beginning, Delivering, Expiring, Keeping, Listening, People, Talking
from conversations.application.scene import Scene
from conversations.domain.private import PRIVATE
from conversations.settings import Settings

SHOWS = (INBOX,)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams, scene = tools.streams((*PUBLISHED, *PRIVATE)), Scene(settings.fingerprints())
    arriving, delivering, listening = Arriving(scene, tools.ids), Delivering(scene, tools.ids), Listening(scene)
    beginning, people, questions = Beginning(scene, tools.ids), People(scene), InboxQuestions(tools.connection)
    opens, screens = settings.reactions_open_window, live.Hub(streams, tools, WatchedViews(tools.connection), SHOWS)
    return Service(
        "conversations",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(arriving, delivering, listening, scene, tools.clock, reactions_open_window=opens),
        answers=[
            http.inbox_routes(streams, questions, tools.clock),
            http.saved_view_routes(streams, Keeping(scene), questions, tools.clock, tools.ids),
            http.stream_routes(screens),
            *http.writing_routes(streams, Talking(scene), beginning, questions, tools.ids),
            *http.staff_routes(streams, people, questions),
        ],
        shows=SHOWS,
        also=[expiring.Expirer(Expiring(streams, listening, questions))],
        always=[screens],
        standing=http.standing(streams),
    )
