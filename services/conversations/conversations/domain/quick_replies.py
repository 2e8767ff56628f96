"""Quick replies of an organisation: each shortcut once, merge fields that exist, how one reads in a talk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from unicodedata import normalize
from uuid import UUID

from recado_events.conversations import QuickReplyRemoved, QuickReplyWritten
from recado_events.event import Event
from recado_events.merging import FIELDS, tokens
from recado_events.templates import MergeField, TemplateForm

from conversations.commands import Person, RemoveQuickReply, WriteQuickReply
from conversations.domain.refusals import (
    NoPermission,
    ShortcutTaken,
    TooManyQuickReplies,
    UnknownMergeField,
    UnknownQuickReply,
    ViewOnly,
)
from conversations.domain.rendering import Fault, render
from conversations.domain.team import Team

MOST = 500
LONGEST = 4096
"""Characters of a text message, as the customer reads it."""


@dataclass(frozen=True, slots=True)
class QuickReplies:
    written: Mapping[UUID, QuickReplyWritten] = field(default_factory=lambda: MappingProxyType({}))
    removed: frozenset[UUID] = frozenset()

    def in_order(self) -> list[QuickReplyWritten]:
        return sorted(self.written.values(), key=lambda each: each.shortcut)

    def found(self, quick_reply_id: UUID) -> QuickReplyWritten:
        """Raises UnknownQuickReply."""
        known = self.written.get(quick_reply_id)
        if known is None:
            raise UnknownQuickReply
        return known


def evolve(replies: QuickReplies, event: Event) -> QuickReplies:
    match event:
        case QuickReplyWritten():
            return replace(replies, written=MappingProxyType({**replies.written, event.quick_reply_id: event}))
        case QuickReplyRemoved():
            left = {key: each for key, each in replies.written.items() if key != event.quick_reply_id}
            return QuickReplies(MappingProxyType(left), replies.removed | {event.quick_reply_id})
    return replies


def shortcut_of(typed: str) -> str:
    """As it is kept and looked for: capitals and ways of writing an accent make no difference."""
    return normalize("NFC", normalize("NFC", typed).casefold())


def write(command: WriteQuickReply, replies: QuickReplies, team: Team) -> list[Event]:
    _check_may_write(command.by, team)
    before = None if command.is_new else replies.found(command.quick_reply_id)
    shortcut, text = shortcut_of(command.shortcut), normalize("NFC", command.text)
    _check_fields(text, command.fallbacks)
    others = [each for key, each in replies.written.items() if key != command.quick_reply_id]
    if any(each.shortcut == shortcut for each in others):
        raise ShortcutTaken(shortcut=shortcut)
    told = (shortcut, command.title, text, dict(command.fallbacks))
    if before is not None and (before.shortcut, before.title, before.text, before.fallbacks) == told:
        return []
    if before is None and len(others) >= MOST:
        raise TooManyQuickReplies
    return [
        QuickReplyWritten(
            organisation_id=command.organisation_id,
            quick_reply_id=command.quick_reply_id,
            shortcut=shortcut,
            title=command.title,
            text=text,
            fallbacks=dict(command.fallbacks),
            written_by=command.by.user_id,
            written_at=command.now,
        )
    ]


def remove(command: RemoveQuickReply, replies: QuickReplies, team: Team) -> list[Event]:
    _check_may_write(command.by, team)
    if command.quick_reply_id in replies.removed:
        return []
    replies.found(command.quick_reply_id)
    return [
        QuickReplyRemoved(
            organisation_id=command.organisation_id,
            quick_reply_id=command.quick_reply_id,
            removed_by=command.by.user_id,
            removed_at=command.now,
        )
    ]


def _check_may_write(by: Person, team: Team) -> None:
    """Who may reply may also write what is replied; nobody owns it."""
    grant = team.grant_of(by)
    if grant is None:
        raise NoPermission
    if grant.level != "view_reply":
        raise ViewOnly


def _check_fields(text: str, fallbacks: Mapping[str, str]) -> None:
    there = tokens(text)
    strange = [name for name in there if name not in FIELDS] + [name for name in fallbacks if name not in there]
    if strange:
        raise UnknownMergeField(fields=sorted(set(strange)))


def rendered(reply: QuickReplyWritten, known: Mapping[str, str]) -> tuple[str, tuple[Fault, ...]]:
    """As it reads with these values, as templates do; what is missing stands there by its name, and is a fault."""
    names = dict.fromkeys(tokens(reply.text))
    fields = tuple(MergeField(name=name, sample="x", fallback=reply.fallbacks.get(name)) for name in names)
    form = TemplateForm(name="quick_reply", language="", category="", body=reply.text, fields=fields)
    rendering = render(form, known, {})
    faults = [fault for fault in rendering.faults if fault.kind != "too_long"]
    if len(rendering.content.body) > LONGEST:
        faults.append(Fault("too_long", f"A text message has at most {LONGEST} characters.", "text"))
    return rendering.content.body, tuple(faults)
