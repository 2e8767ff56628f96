"""What Meta accepted beside what the log says of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.gateway import DuplicateSendDetected, MessageDispatchStarted, MessageNotSent
from recado_events.ids import MessageId

from gateway.adapters.postgres.verifying.stories import Stories, Story

_TAG = re.compile(r"v1\.([0-9a-f]{32})\.([0-9]{1,6})\.[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A send of Meta's log, by the tag that we gave it."""

    message: MessageId
    attempt: int
    wamid: str
    at: datetime


def figures(of: str, stories: Stories, sends: Sequence[Json]) -> Iterator[Figure]:
    accepted = [each for send in sends if (each := _accepted(send)) is not None]
    by_message: defaultdict[MessageId, list[Accepted]] = defaultdict(list)
    for each in accepted:
        by_message[each.message].append(each)
    yield told(of, "sends that Meta accepted", len(sends))
    strangers = [each.message for each in accepted if each.message not in stories.messages]
    untagged = [str(send["sequence"]) for send in sends if _accepted(send) is None]
    yield none_of(of, "accepted sends of messages that nobody released", [*strangers, *untagged])
    attempts = Counter((each.message, each.attempt) for each in accepted)
    yield none_of(of, "attempts sent twice", (message for (message, _), times in attempts.items() if times > 1))
    doubled = {message: found for message, found in by_message.items() if len(found) > 1}
    yield none_of(of, "messages sent twice", doubled)
    unseen = [message for message, found in doubled.items() if _noticed(stories, message) < len(found) - 1]
    yield none_of(of, "messages sent twice without anybody noticing", unseen)
    early = [each.message for each in accepted if not _was_claimed(stories.messages.get(each.message), each)]
    yield none_of(of, "accepted sends without a claim before them", early)
    yield from _agreement(of, stories, by_message)


def _agreement(of: str, stories: Stories, by_message: Mapping[MessageId, Sequence[Accepted]]) -> Iterator[Figure]:
    known, wamids = stories.messages, {_plain(each.wamid) for found in by_message.values() for each in found}
    rejected = [message for message in by_message if message in known and known[message].phase == "rejected"]
    yield none_of(of, "messages called rejected that Meta has", rejected)
    failed = {(fact.message_id, fact.attempt) for story in known.values() for fact in story.of(MessageNotSent)}
    denied = [each.message for found in by_message.values() for each in found if (each.message, each.attempt) in failed]
    yield none_of(of, "attempts called not sent that Meta has", denied)
    wamid_of = {message: story.wamid for message, story in known.items() if story.wamid is not None}
    invented = [message for message, wamid in wamid_of.items() if _plain(wamid) not in wamids]
    yield none_of(of, "messages called sent that Meta does not have", invented)


def unresolved(of: str, stories: Stories, taken: Sequence[Json]) -> Figure:
    """A status that carries a message's tag proves that it was sent."""
    told_of = {
        MessageId(UUID(hex=found[1]))
        for body in taken
        for entry in body.get("entry", ())
        for change in entry.get("changes", ())
        for status in change["value"].get("statuses", ())
        if (found := _TAG.fullmatch(status.get("biz_opaque_callback_data") or "")) is not None
    }
    unsure = [str(each) for each in told_of & stories.messages.keys() if stories.messages[each].phase != "accepted"]
    return none_of(of, "messages that a status told of and that are not known as sent", sorted(unsure))


def _accepted(send: Json) -> Accepted | None:
    found = _TAG.fullmatch(send.get("biz_opaque_callback_data") or "")
    if found is None:
        return None
    at = datetime.fromtimestamp(send["accepted_at"], UTC)
    return Accepted(MessageId(UUID(hex=found[1])), int(found[2]), send["id"], at)


def _noticed(stories: Stories, message: MessageId) -> int:
    story = stories.messages.get(message)
    return 0 if story is None else len(story.of(DuplicateSendDetected))


def _was_claimed(story: Story | None, send: Accepted) -> bool:
    claims = story.of(MessageDispatchStarted) if story is not None else []
    return any(claim.attempt == send.attempt and claim.started_at <= send.at for claim in claims)


def _plain(wamid: str) -> str:
    """Meta pads the base64 of a wamid now one way, now another."""
    return wamid.rstrip("=")
