"""The catalogue: every topic and every event type, who owns them, and how they are kept.

Topics are created from it; the JSON Schemas, the AsyncAPI document and the tables of the docs are generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from recado_events import billing, conversations, crm, gateway, templates
from recado_events.event import Event
from recado_events.inbound import InboundType

MIB = 1024 * 1024
LARGEST_EVENT = MIB - 64 * 1024
"""Bytes of an event with its envelope. No larger one is recorded, so that every topic of events takes all of them."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic a bounded context. Partition counts never change: more means a `.v2`."""

    name: str
    owner: str
    """The one service that writes it."""
    key: str
    """What the Kafka key is made of: the unit of order and of isolation."""
    data_class: str
    """personal or internal."""
    summary: str
    partitions: int = 12
    retention: timedelta = timedelta(days=14)
    max_message_bytes: int = MIB
    events: tuple[type[Event], ...] = ()
    raw_types: tuple[str, ...] = ()
    """Types whose body is an `InboundUpdate`."""


INBOUND = Topic(
    name="recado.inbound.v1",
    owner="gateway",
    key="organisation + business number; organisation + WABA where an update has no number",
    data_class="personal",
    summary="What Meta sent for numbers served here, one record an update.",
    max_message_bytes=4 * MIB,
    raw_types=tuple(InboundType),
)
QUARANTINE = Topic(
    name="recado.quarantine.v1",
    owner="gateway",
    key="WABA + business number",
    data_class="personal",
    summary="What Meta sent for numbers nobody here serves. Connecting a channel re-injects its own.",
    max_message_bytes=4 * MIB,
    raw_types=tuple(InboundType),
)
GATEWAY = Topic(
    name="recado.gateway.v1",
    owner="gateway",
    key="organisation + business number; organisation + WABA for templates; organisation for subscriptions",
    data_class="personal",
    summary="Channels connected and lost; what became of every message that left; templates as Meta has them; outgoing "
    "webhooks.",
    events=gateway.PUBLISHED,
)
CONVERSATIONS = Topic(
    name="recado.conversations.v1",
    owner="conversations",
    key="organisation + business number; organisation for users and grants",
    data_class="personal",
    summary="Customers, conversations, messages and their delivery, assignment, people who answer.",
    events=conversations.PUBLISHED,
)
CRM = Topic(
    name="recado.crm.v1",
    owner="crm",
    key="organisation",
    data_class="personal",
    summary="Contacts, companies and pipeline records, and what administrators set up for them.",
    events=crm.PUBLISHED,
)
TEMPLATES = Topic(
    name="recado.templates.v1",
    owner="templates",
    key="organisation + WABA",
    data_class="internal",
    summary="Templates drafted, submitted and judged, and what Meta makes of them later.",
    events=templates.PUBLISHED,
)
BILLING = Topic(
    name="recado.billing.v1",
    owner="billing",
    key="wallet (an organisation has one)",
    data_class="internal",
    summary="Editions, credits reserved, spent and bought, and how each message was rated.",
    events=billing.PUBLISHED,
)

TOPICS: tuple[Topic, ...] = (INBOUND, QUARANTINE, GATEWAY, CONVERSATIONS, TEMPLATES, CRM, BILLING)
EVENTS: dict[str, type[Event]] = {event.TYPE: event for topic in TOPICS for event in topic.events}


def topic_of(owner: str) -> Topic:
    """The topic where `owner` tells its events."""
    return next(topic for topic in TOPICS if topic.owner == owner and topic.events)
