"""Every outgoing message as its stream tells it, and whether such a story can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from psycopg import Connection
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, time_of
from recado_events.gateway import (
    PUBLISHED,
    DuplicateSendDetected,
    MessageAccepted,
    MessageDispatchStarted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageQueued,
    MessageRejected,
    OfDispatch,
)
from recado_events.ids import MessageId

from gateway.domain.dispatch import THROTTLED
from gateway.domain.private import PRIVATE, MessageTaken
from gateway.domain.sending import SILENCE

GRACE = timedelta(seconds=30)
"""How long after a deadline a worker may take to say that it has passed."""
Phase = Literal["queued", "started", "accepted", "rejected", "unknown"]
_PHASES: dict[type[OfDispatch], Phase] = {
    MessageDispatchStarted: "started",
    MessageRejected: "rejected",
    MessageOutcomeUnknown: "unknown",
}
_AFTER_ACCEPTED = (DuplicateSendDetected,)
_AFTER_REJECTED = (MessageAccepted, DuplicateSendDetected)


@dataclass(slots=True)
class Story:
    facts: list[OfDispatch] = field(default_factory=list)

    @property
    def phase(self) -> Phase:
        """By itself, not as the rules that made the story fold it."""
        if self.of(MessageAccepted):
            return "accepted"
        return _PHASES.get(type(self.facts[-1]), "queued")

    @property
    def wamid(self) -> str | None:
        accepted = self.of(MessageAccepted)
        return accepted[0].personal.wamid if accepted and accepted[0].personal else None

    def is_overdue(self, now: datetime) -> bool:
        match self.phase:
            case "queued":
                return any(now > fact.send_by + GRACE for fact in self.of(MessageQueued))
            case "started":
                return bool(now > self.of(MessageDispatchStarted)[-1].started_at + SILENCE + GRACE)
        return False

    def of(self, kind: type[OfDispatch]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


@dataclass(frozen=True, slots=True)
class Stories:
    messages: Mapping[MessageId, Story]
    now: datetime
    """By the database's clock."""


def read(connection: Connection[Any]) -> Stories:
    stories: defaultdict[MessageId, Story] = defaultdict(Story)
    for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE))):
        if isinstance(each.event, OfDispatch):
            stories[each.event.message_id].facts.append(each.event)
    return Stories(dict(stories), time_of(connection))


def figures(of: str, stories: Stories) -> Iterator[Figure]:
    phases = Counter(story.phase for story in stories.messages.values())
    yield told(of, "messages to send", phases.total())
    for phase in ("accepted", "rejected", "unknown"):
        yield told(of, f"messages {phase}", phases[phase])
    yield told(of, "messages still under way", phases["queued"] + phases["started"])
    late = [message for message, story in stories.messages.items() if story.is_overdue(stories.now)]
    yield none_of(of, "messages that stand past their deadline", late)
    faulty = [message for message, story in stories.messages.items() if contradicts_itself(story.facts)]
    yield none_of(of, "messages with outcomes that cannot both be", faulty)
    blind = [message for message, story in stories.messages.items() if tries_blindly(story.facts)]
    yield none_of(of, "messages tried again before the last attempt was known to have failed", blind)
    throttled = [
        message
        for message, story in stories.messages.items()
        if any(fact.reason == THROTTLED for fact in story.of(MessageNotSent))
    ]
    yield told(of, "messages that Meta took for too many", len(throttled))


def contradicts_itself(facts: Sequence[OfDispatch]) -> bool:
    """Taken and queued once, then at most one outcome for good, which only evidence of Meta's may still change."""
    counts = Counter(type(fact) for fact in facts)
    if counts[MessageTaken] != 1 or counts[MessageQueued] != 1:
        return True
    if counts[MessageAccepted] > 1 or counts[MessageRejected] > 1:
        return True
    allowed: tuple[type[OfDispatch], ...] = (OfDispatch,)
    for fact in facts:
        if not isinstance(fact, allowed):
            return True
        if isinstance(fact, MessageAccepted):
            allowed = _AFTER_ACCEPTED
        elif isinstance(fact, MessageRejected):
            allowed = _AFTER_REJECTED
    return False


def tries_blindly(facts: Sequence[OfDispatch]) -> bool:
    attempt, failed = 0, True
    for fact in facts:
        match fact:
            case MessageDispatchStarted():
                if not failed or fact.attempt != attempt + 1:
                    return True
                attempt, failed = fact.attempt, False
            case MessageNotSent():
                failed = fact.attempt == attempt
            case MessageOutcomeUnknown() | MessageAccepted() | MessageRejected():
                failed = False
    return False
