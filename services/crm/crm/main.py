"""crm on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.crm import PUBLISHED

from crm.adapters import http, kafka
from crm.adapters.postgres import CONTACTS, ContactQuestions
from crm.application import Book, Listening, Recording
from crm.domain.private import PRIVATE
from crm.settings import Settings

SHOWS = (CONTACTS,)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams = tools.streams((*PUBLISHED, *PRIVATE))
    book = Book(settings.fingerprints())
    questions = ContactQuestions(tools.connection)
    return Service(
        "crm",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(Listening(book, tools.ids), book),
        answers=[
            http.looking_routes(streams, questions),
            http.changing_routes(streams, Recording(book), tools.ids),
        ],
        shows=SHOWS,
        standing=http.standing(streams),
    )
