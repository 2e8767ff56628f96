"""conversations and crm on memory stores, each hearing what the other tells, until neither has anything to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversations.adapters.kafka import hears
from conversations.application import Listening
from recado_chassis.ports import SystemClock
from recado_chassis.service import Heard, Reaction
from recado_events import conversations, crm
from recado_events.catalogue import CRM
from recado_events.event import Event

from tests.conversations.stage import Stage as Talks
from tests.crm.stage import Stage as Book
from tests.harness.on_memory import CAUSE, OnMemory


class Pair:
    """Customers write at `talks`, people keep `book`."""

    def __init__(self) -> None:
        self.talks, self.book = Talks(), Book()
        self._reactions = _of_crm(self.talks)
        self._told = {"talks": 0, "book": 0}

    def settle(self) -> None:
        while self._passes_on():
            pass

    def _passes_on(self) -> bool:
        from_talks = self._new("talks", self.talks, conversations.PUBLISHED)
        for event in from_talks:
            if event.TYPE in self.book.reactions:
                self.book.hears(event)
        from_book = self._new("book", self.book, crm.PUBLISHED)
        for event in from_book:
            if event.TYPE in self._reactions:
                self._hears(event)
        return bool(from_talks or from_book)

    def _new(self, whose: str, stage: OnMemory, published: tuple[type[Event], ...]) -> list[Any]:
        after, self._told[whose] = self._told[whose], stage.store.end()
        return [event for event in stage.facts(after=after) if isinstance(event, published)]

    def _hears(self, event: Event) -> None:
        """Twice, as everything is done on a stage."""
        heard = Heard(CRM.name, 0, 0, event.TYPE, event.subject, event, CAUSE, None)
        self.talks.do(lambda work, _, __: self._reactions[event.TYPE].handle(work, heard), None)


def _of_crm(talks: Talks) -> Mapping[str, Reaction]:
    table = hears(talks.arriving, talks.delivering, Listening(talks.scene), talks.scene, SystemClock())
    (heard,) = [each for each in table if each.topic is CRM]
    return heard.reactions
