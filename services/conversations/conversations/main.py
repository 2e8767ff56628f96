"""conversations on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.conversations import PUBLISHED

from conversations.adapters import expiring, http, kafka
from conversations.adapters.postgres import ATTACHMENTS, INBOX, FiledAttachments, InboxQuestions
from conversations.application import Arriving, Attaching, Beginning, Delivering, Expiring, Listening, People
from conversations.application.scene import Scene
from conversations.domain.private import PRIVATE
from conversations.settings import Settings

SHOWS = (INBOX, ATTACHMENTS)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams, db = tools.streams((*PUBLISHED, *PRIVATE)), tools.connection
    scene = Scene(settings.fingerprints())
    arriving, delivering, attaching = Arriving(scene, tools.ids), Delivering(scene, tools.ids), Attaching(scene)
    beginning, listening, people = Beginning(scene, tools.ids), Listening(scene), People(scene)
    questions, filed, opens = InboxQuestions(db), FiledAttachments(db), settings.reactions_open_window
    return Service(
        "conversations",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(arriving, delivering, listening, scene, tools.clock, reactions_open_window=opens),
        answers=[
            http.inbox_routes(streams, questions, filed, tools.clock),
            http.attachment_routes(streams, attaching, questions, filed, settings.files(), tools.ids),
            http.beginning_routes(streams, beginning, tools.ids),
            http.talk_routes(streams, attaching, beginning, questions, tools.ids),
            *http.people_routes(streams, people, questions),
        ],
        shows=SHOWS,
        also=[expiring.Expirer(Expiring(streams, listening, questions))],
        standing=http.standing(streams),
    )
