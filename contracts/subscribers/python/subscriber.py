"""Who has which open conversations: a whole subscriber of `recado.conversations.v1`, in 30 lines and their imports.

`state` is all that it keeps between two runs: what it is for (`talks`), and how far it has read (`source`, `positions`,
`offsets`). Whoever stores all of it in one step (`open_conversations.py`: one file; better: one transaction) goes on
after any crash without gap or repeat. It begins as `{"talks": {}, "positions": [0] * 12, "offsets": None}`.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from httpx import AsyncClient
from recado_events.conversations import (
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    ConversationReopened,
)
from recado_events.subscribing import event_of

PLACES = [TopicPartition("recado.conversations.v1", number) for number in range(12)]


class AnotherLog(Exception):
    """The owner's database was restored and has forgotten some of what it told: begin again, with an empty state."""


def take(state: Any, partition: int, source: str, position: int, name: str, data: bytes | Mapping[str, Any]) -> None:
    """Once each: a position not above the last one of its partition has been there before."""
    if source != state.setdefault("source", source):
        raise AnotherLog
    if position > state["positions"][partition]:
        state["positions"][partition] = position
        match event := event_of(name, data):
            case ConversationOpened():
                state["talks"][str(event.conversation_id)] = [str(event.organisation_id), "nobody", True]
            case ConversationAssigned():
                state["talks"][str(event.conversation_id)][1] = str(event.user_id)
            case ConversationClosed() | ConversationReopened():
                state["talks"][str(event.conversation_id)][2] = isinstance(event, ConversationReopened)


async def follow(state: Any, kafka: AIOKafkaConsumer, http: AsyncClient) -> AsyncIterator[tuple[int, ...]]:
    """Yields whenever `state` may be stored, with the offsets at which Kafka ended when this began."""
    ends = tuple(end for _, end in sorted((await kafka.end_offsets(PLACES)).items()))
    while not state["offsets"]:
        page = (await http.get("/events", params={"after": state["positions"][0]})).raise_for_status().json()
        for event in page["events"]:
            take(state, 0, event["source"], event["position"], event["type"], event["data"])
        state.update(positions=[page["next"]] * 12, offsets=list(ends) if page["next"] >= page["end"] else None)
    kafka.assign(PLACES)
    for place in PLACES:
        kafka.seek(place, state["offsets"][place.partition])
    while True:
        yield ends
        record = await kafka.getone()
        head = {name: value.decode() for name, value in record.headers}
        take(state, record.partition, head["ce_source"], int(head["ce_position"]), head["ce_type"], record.value)
        state["offsets"][record.partition] = record.offset + 1
