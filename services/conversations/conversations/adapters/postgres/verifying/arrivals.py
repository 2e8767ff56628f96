"""Each message that was acknowledged to Meta stands in the log once, or waits for a person; none was made up."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    ConflictingRedelivery,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    ReactionReceived,
)
from recado_events.ids import MessageId, PhoneNumberId

from conversations.adapters.postgres.verifying.facts import Facts, elements

Wamid = tuple[PhoneNumberId, str]
_ARRIVED = (MessageReceived, ReactionReceived, MessageEdited, MessageRevoked, MessageEchoed)
_PARKED = "SELECT value FROM parked"


def figures(of: str, connection: Connection[Any], facts: Facts, taken: Sequence[Json]) -> Iterator[Figure]:
    served, streams = facts.served(), _streams(facts)
    sent = {wamid: contents for wamid, contents in _sent(taken).items() if wamid[0] in served}
    parked = _parked(connection)
    missing = [wamid for wamid in sent if wamid not in streams and wamid[1] not in parked]
    yield told(of, "messages acknowledged to Meta", len(sent))
    # Named by their place: a wamid holds a phone number.
    order = {wamid: number for number, wamid in enumerate(sent, start=1)}
    yield none_of(of, "acknowledged messages lost", (f"message {order[each]} of {len(sent)}" for each in missing))
    noted = Counter(event.message_id for event in facts.of(ConflictingRedelivery))
    wrong = [
        message
        for wamid, contents in sent.items()
        for message in streams.get(wamid, ())
        if noted[message] != (len(contents) > 1)
    ]
    yield none_of(of, "messages whose conflicting redelivery was not noted once", wrong)


def doubled(of: str, facts: Facts) -> Figure:
    twice = [min(map(str, found)) for found in _streams(facts).values() if len(found) > 1]
    return none_of(of, "messages received in more than one stream", twice)


def invented(of: str, facts: Facts, offered: Sequence[Json]) -> Figure:
    """Whatever stands in the log was signed by Meta once."""
    signed = _sent(offered).keys()
    strange = [min(map(str, found)) for wamid, found in _streams(facts).items() if wamid not in signed]
    return none_of(of, "messages received that Meta never sent", strange)


def _streams(facts: Facts) -> dict[Wamid, set[MessageId]]:
    streams: defaultdict[Wamid, set[MessageId]] = defaultdict(set)
    for event in facts.of(*_ARRIVED):
        personal: Any = getattr(event, "personal", None)
        if personal is not None:
            streams[event.phone_number_id, _plain(personal.wamid)].add(event.message_id)
    return dict(streams)


def _sent(bodies: Sequence[Json]) -> dict[Wamid, set[str]]:
    """With the contents that came under each."""
    sent: defaultdict[Wamid, set[str]] = defaultdict(set)
    lists = (("messages", "messages"), ("smb_message_echoes", "message_echoes"))
    for number, message in (each for names in lists for each in elements(bodies, *names)):
        if message.get("type") != "system" and "group_id" not in message and message.get("id"):
            content = json.dumps(message.get(message.get("type", "")), sort_keys=True)
            sent[number, _plain(message["id"])].add(content)
    return dict(sent)


def _parked(connection: Connection[Any]) -> set[str]:
    found = set()
    for (value,) in connection.execute(_PARKED):
        try:
            update = json.loads(value or b"")["update"]
            found.add(_plain(update["id"]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return found


def _plain(wamid: str) -> str:
    return wamid.rstrip("=")
