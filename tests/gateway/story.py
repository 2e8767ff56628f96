"""Given what happened, when this is asked, then these facts. All is asked twice: the second time leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from gateway import commands
from gateway.domain import channel, connecting, dispatch, sending
from gateway.domain.channel import Channel
from gateway.domain.connection import STEPS, Connection
from gateway.domain.dispatch import Dispatch
from recado_events.content import OutgoingText
from recado_events.conversations import Released
from recado_events.event import Event
from recado_events.identity import Recipient
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, UserId, WabaId

S = TypeVar("S")
C = TypeVar("C")

OURS = OrganisationId(UUID(int=0xA))
THEIRS = OrganisationId(UUID(int=0xB))
NUMBER = PhoneNumberId("106540352242922")
WABA = WabaId("102290129340398")
ADMINISTRATOR = UserId(UUID(int=0xAD))
CUSTOMER = CustomerId(UUID(int=0xC))
MESSAGE = MessageId(UUID(int=0xE))
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def text(body: str = "Olá", **recipient: str) -> Released:
    to = Recipient(**(recipient or {"wa_id": "5511987650001"}))
    return Released(content=OutgoingText(body=body), recipient=to)


SAID = text()


class Story(Generic[S, C]):
    """One stream and its clock."""

    def __init__(self, state: S, decide: Callable[[C, S], list[Event]], evolve: Callable[[S, Event], S]) -> None:
        self.state = state
        self.now = NOON
        self._decide = decide
        self._evolve = evolve

    def asks(self, command: C) -> list[Event]:
        """The facts. The same command at once again must find everything so already."""
        facts = self._decide(command, self.state)
        for fact in facts:
            self.state = self._evolve(self.state, fact)
        assert self._decide(command, self.state) == [], "a command that is retried did something again"
        return facts

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


class ChannelStory(Story[Channel, commands.ChannelCommand]):
    def __init__(self) -> None:
        super().__init__(Channel(), connecting.decide, channel.evolve)

    def requests(self, organisation: OrganisationId = OURS, **changed: Any) -> list[Event]:
        wanted = {"waba_id": WABA, "country": "BR", "time_zone": "UTC", "name": None, "by": ADMINISTRATOR, **changed}
        return self.asks(commands.RequestConnection(**self._on(organisation), **wanted))

    def completes(self, *steps: str, organisation: OrganisationId = OURS) -> list[Event]:
        facts: list[Event] = []
        for step in steps or STEPS:
            facts += self.asks(commands.CompleteStep(**self._with(organisation), step=step))
        return facts

    def completes_late(self, step: str, seen: Connection) -> list[Event]:
        """What was done with a token of the channel as it was some time ago."""
        return self.asks(commands.CompleteStep(**self._with(OURS, seen), step=step))

    def fails(self, step: str, reason: str, code: int | None = None, seen: Connection | None = None) -> list[Event]:
        return self.asks(commands.FailStep(**self._with(OURS, seen), step=step, reason=reason, meta_code=code))

    def saves(self, name: str, organisation: OrganisationId = OURS) -> list[Event]:
        return self.asks(commands.SaveDetails(**self._on(organisation), name=name, by=ADMINISTRATOR))

    def disconnects(self, organisation: OrganisationId = OURS) -> list[Event]:
        return self.asks(commands.DisconnectChannel(**self._on(organisation), reason="person", by=ADMINISTRATOR))

    def reconnects(self, organisation: OrganisationId = OURS) -> list[Event]:
        return self.asks(commands.ReconnectChannel(**self._on(organisation), by=ADMINISTRATOR))

    def loses_authorisation(self, authorisation: int = 1) -> list[Event]:
        return self.asks(commands.LoseAuthorisation(**self._on(OURS), meta_code=190, authorisation=authorisation))

    def connected(self, organisation: OrganisationId = OURS) -> ChannelStory:
        self.requests(organisation)
        self.completes(organisation=organisation)
        self.saves("Front desk", organisation)
        return self

    def _with(self, organisation: OrganisationId, seen: Connection | None = None) -> dict[str, Any]:
        """Of what is checked: the account and the token that the channel has now, or had when it was `seen`."""
        mine = seen or self.state.connections[organisation]
        return {**self._on(organisation), "waba_id": mine.waba_id, "authorisation": mine.authorisation}

    def _on(self, organisation: OrganisationId) -> dict[str, Any]:
        return {"organisation_id": organisation, "phone_number_id": NUMBER, "now": self.now}


class MessageStory(Story[Dispatch, commands.DispatchCommand]):
    def __init__(self) -> None:
        super().__init__(Dispatch(), sending.decide, dispatch.evolve)
        self.started_at = NOON

    def is_queued(self, released: Released | None = SAID, seconds: float = 900) -> list[Event]:
        send_by = NOON + timedelta(seconds=seconds)
        return self.asks(commands.QueueMessage(**self._about(), released=released, send_by=send_by))

    def starts(self, passage: str = "open") -> list[Event]:
        """A claim is for ever: the same worker asking again, or another one, gets nothing."""
        facts = self.asks(commands.StartDispatch(**self._about(), passage=passage))
        self.started_at = self.now if facts else self.started_at
        return facts

    def ends(self, verdict: commands.Verdict, attempt: int = 1) -> list[Event]:
        return self.asks(commands.RecordVerdict(**self._about(), attempt=attempt, verdict=verdict))

    def is_silent(self, attempt: int = 1) -> list[Event]:
        lasted = self.now - self.started_at
        return self.asks(commands.NoticeSilence(**self._about(), attempt=attempt, lasted=lasted))

    def is_evident(self, wamid: str = "wamid.A", attempt: int = 1) -> list[Event]:
        return self.asks(commands.NoteEvidence(**self._about(), attempt=attempt, wamid=wamid, wa_id="5511987650001"))

    def _about(self) -> dict[str, Any]:
        about = {"organisation_id": OURS, "phone_number_id": NUMBER, "customer_id": CUSTOMER, "message_id": MESSAGE}
        return {**about, "now": self.now}


def names(facts: list[Event]) -> list[str]:
    return [type(fact).__name__ for fact in facts]
