"""templates on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.templates import PUBLISHED

from templates.adapters import http, kafka, periodic
from templates.adapters.postgres import TemplateQuestions, TemplateRows
from templates.application import Listening, Reminding, Shelf, Writing
from templates.domain.private import PRIVATE
from templates.settings import Settings

SHOWS = (TemplateRows(),)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams = tools.streams((*PUBLISHED, *PRIVATE))
    shelf = Shelf()
    listening = Listening(shelf, tools.ids)
    questions = TemplateQuestions(tools.connection)
    return Service(
        "templates",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(listening),
        answers=[
            http.looking_routes(streams, questions),
            http.writing_routes(streams, Writing(shelf), shelf, tools.ids),
        ],
        shows=SHOWS,
        also=periodic.rounds(Reminding(streams, listening, questions)),
        standing=http.standing(streams),
    )
