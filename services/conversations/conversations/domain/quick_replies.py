"""Quick replies of an organisation: each shortcut once, merge fields that exist, how one reads in a talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from unicodedata import normalize
from uuid import UUID

from recado_events.content import OutgoingMedia, OutgoingText
from recado_events.conversations import QuickReplyFile, QuickReplyRemoved, QuickReplyWritten
from recado_events.event import Event
from recado_events.merging import FIELDS, tokens
from recado_events.templates import MergeField, TemplateForm

from conversations.commands import Person, RemoveQuickReply, SendQuickReply, WriteQuickReply
from conversations.domain.attachments import NONE, Attachment
from conversations.domain.beginning_refusals import ValuesDoNotFit
from conversations.domain.file_refusals import CaptionNotAllowed, UnknownAttachment
from conversations.domain.refusals import (
    NoPermission,
    ShortcutTaken,
    TooManyQuickReplies,
    UnknownMergeField,
    UnknownQuickReply,
    ViewOnly,
)
from conversations.domain.rendering import Fault, render, told
from conversations.domain.team import Team

MOST = 500
LONGEST = 4096
LONGEST_CAPTION = 1024
"""Characters of a text message, and of a file's caption, as the customer reads them."""


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


def write(command: WriteQuickReply, replies: QuickReplies, team: Team, attachment: Attachment = NONE) -> list[Event]:
    check_may_write(command.by, team)
    before = None if command.is_new else replies.found(command.quick_reply_id)
    shortcut, text = shortcut_of(command.shortcut), normalize("NFC", command.text)
    _check_fields(text, command.fallbacks)
    file = _file_of(command, attachment)
    _check_length(text, file)
    others = [each for key, each in replies.written.items() if key != command.quick_reply_id]
    if any(each.shortcut == shortcut for each in others):
        raise ShortcutTaken(shortcut=shortcut)
    same = (shortcut, command.title, text, dict(command.fallbacks), file)
    if before is not None and (before.shortcut, before.title, before.text, before.fallbacks, before.file) == same:
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
            file=file,
            written_by=command.by.user_id,
            written_at=command.now,
        )
    ]


def remove(command: RemoveQuickReply, replies: QuickReplies, team: Team) -> list[Event]:
    check_may_write(command.by, team)
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


def check_may_write(by: Person, team: Team) -> None:
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


def _file_of(command: WriteQuickReply, attachment: Attachment) -> QuickReplyFile | None:
    """Only what was put aside for quick replies, by whomever; a conversation's files are its own."""
    if command.attachment_id is None:
        return None
    if attachment.file is None or attachment.organisation_id != command.organisation_id:
        raise UnknownAttachment
    return attachment.file


def _check_length(text: str, file: QuickReplyFile | None) -> None:
    """What no values could make short enough is not kept."""
    if file is not None and file.kind == "audio" and text:
        raise CaptionNotAllowed
    least = text
    for name in tokens(text):
        least = least.replace(f"#{{{name}}}", "x", 1)
    _check_fits(_too_long(least, file))


def _too_long(text: str, file: QuickReplyFile | None) -> list[Fault]:
    most = LONGEST if file is None else LONGEST_CAPTION
    if len(text) <= most:
        return []
    what = "A text message" if file is None else "A caption"
    return [Fault("too_long", f"{what} has at most {most} characters.", "text")]


def _check_fits(faults: Sequence[Fault]) -> None:
    if faults:
        raise ValuesDoNotFit(errors=[told(fault) for fault in faults])


def rendered(reply: QuickReplyWritten, known: Mapping[str, str]) -> tuple[str, tuple[Fault, ...]]:
    """As it reads with these values, as templates do; what is missing stands there by its name, and is a fault."""
    names = dict.fromkeys(tokens(reply.text))
    fields = tuple(MergeField(name=name, sample="x", fallback=reply.fallbacks.get(name)) for name in names)
    form = TemplateForm(name="quick_reply", language="", category="", body=reply.text, fields=fields)
    rendering = render(form, known, {})
    faults = [fault for fault in rendering.faults if fault.kind != "too_long"]
    return rendering.content.body, (*faults, *_too_long(rendering.content.body, reply.file))


def content_of(
    command: SendQuickReply, reply: QuickReplyWritten, known: Mapping[str, str]
) -> OutgoingText | OutgoingMedia:
    """The text, or the file with the text as its caption. Raises ValuesDoNotFit, and CaptionNotAllowed for audio."""
    text, faults = rendered(reply, known)
    if command.text is not None:
        text = normalize("NFC", command.text)
        faults = tuple(_too_long(text, reply.file))
    _check_fits(faults)
    file = reply.file
    if file is None:
        return OutgoingText(body=text)
    if text and file.kind == "audio":
        raise CaptionNotAllowed
    return OutgoingMedia(
        kind=file.kind,
        key=file.key,
        sha256=file.sha256,
        size=file.size,
        mime_type=file.mime_type,
        filename=file.name,
        caption=text or None,
        thumbnail=file.thumbnail,
    )
