"""Files of messages as the log tells them, and as the screen shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.content import Media, OutgoingMedia
from recado_events.conversations import MessageEchoed, MessageReceived, MessageReleased
from recado_events.ids import MessageId

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.domain.private_attachments import AttachmentNoted, AttachmentUploaded, ReplyFileUploaded


def figures(of: str, connection: Connection[Any], facts: Facts) -> Iterator[Figure]:
    rows = connection.execute("SELECT message_id, state, file_key FROM view_attachments.attachments").fetchall()
    shown = {MessageId(row[0]): (row[1], row[2]) for row in rows}
    yield from told_by(of, facts)
    yield none_of(of, "files shown otherwise than the log tells them", _differing(wanted(facts), shown))


def told_by(of: str, facts: Facts) -> Iterator[Figure]:
    received = _received(facts)
    yield told(of, "messages of customers with a file", len(received))
    notes = list(facts.of(AttachmentNoted))
    yield none_of(of, "files noted of messages without one", {note.message_id for note in notes} - received)
    uploaded = {(fact.conversation_id, fact.file_key) for fact in facts.of(AttachmentUploaded)}
    of_replies = {(fact.organisation_id, fact.file.key) for fact in facts.of(ReplyFileUploaded)}
    sent = ((fact, fact.personal.content) for fact in facts.of(MessageReleased) if fact.personal)
    strange = [
        fact.message_id
        for fact, content in sent
        if isinstance(content, OutgoingMedia)
        and (fact.conversation_id, content.key) not in uploaded
        and (fact.organisation_id, content.key) not in of_replies
    ]
    yield none_of(of, "files sent that nobody put aside in that conversation or for quick replies", strange)


def wanted(facts: Facts) -> dict[MessageId, tuple[str, str | None]]:
    """State and key of each message's file."""
    found: dict[MessageId, tuple[str, str | None]] = dict.fromkeys(_received(facts), ("fetching", None))
    for note in facts.of(AttachmentNoted):
        found[note.message_id] = note.state, note.file_key
    for fact in facts.of(MessageReleased):
        if fact.personal and isinstance(fact.personal.content, OutgoingMedia):
            found[fact.message_id] = "stored", fact.personal.content.key
    return found


def _received(facts: Facts) -> set[MessageId]:
    told_of: list[MessageReceived | MessageEchoed] = [*facts.of(MessageReceived), *facts.of(MessageEchoed)]
    return {fact.message_id for fact in told_of if fact.personal and isinstance(fact.personal.content, Media)}


def _differing(
    wanted: dict[MessageId, tuple[str, str | None]], shown: dict[MessageId, tuple[str, str | None]]
) -> list[MessageId]:
    return sorted(message for message in wanted.keys() | shown.keys() if wanted.get(message) != shown.get(message))
