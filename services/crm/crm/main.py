"""crm on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.crm import PUBLISHED

from crm.adapters import http, kafka
from crm.adapters.postgres import CONTACTS, ENTRIES, ContactQuestions, EntriesInPostgres
from crm.application import Book, Listening
from crm.domain.private import PRIVATE
from crm.settings import Settings

SHOWS = (CONTACTS, ENTRIES)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams = tools.streams((*PUBLISHED, *PRIVATE))
    book = Book(settings.fingerprints())
    contacts, entries = ContactQuestions(tools.connection), EntriesInPostgres(tools.connection)
    return Service(
        "crm",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(Listening(book, tools.ids), book),
        answers=http.routes(streams, tools.ids, book, contacts, entries),
        shows=SHOWS,
        standing=http.standing(streams),
    )
