"""What the payment provider was paid and what Meta delivered, beside what stands in the ledger."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.billing import (
    ChargePosted,
    CreditsPurchased,
    CreditsReserved,
    HoldExpired,
    HoldReleased,
    LateChargeRecorded,
    OrganisationRegistered,
)
from recado_events.event import Event
from recado_events.ids import MessageId

from billing.domain.private import ChargeRated

MICROS_A_CENT = 10_000
_TAG = re.compile(r"v1\.([0-9a-f]{32})\.[0-9]{1,6}\.[0-9a-f]{16}", re.ASCII)


def payments(of: str, events: Sequence[Event], taken: Sequence[Json]) -> Iterator[Figure]:
    """Each payment is credited once, as much as was paid. Other organisations' are somebody else's."""
    ours = {str(e.organisation_id) for e in events if isinstance(e, OrganisationRegistered)}
    labelled = [each for each in taken if each.get("metadata", {}).get("organisation_id") in ours]
    paid = {each["metadata"]["purchase_id"]: each["amount_received"] * MICROS_A_CENT for each in labelled}
    times = Counter(each["metadata"]["purchase_id"] for each in labelled)
    credited = {str(e.purchase_id): e.amount + e.fee for e in events if isinstance(e, CreditsPurchased)}
    other = [purchase for purchase, total in credited.items() if paid.get(purchase, total) != total]
    yield told(of, "payments that the provider took", len(labelled))
    yield none_of(of, "payments that were not credited", paid.keys() - credited.keys())
    yield none_of(of, "purchases credited that nobody paid for", credited.keys() - paid.keys())
    yield none_of(of, "purchases that the provider took money for more than once", (p for p in times if times[p] > 1))
    yield none_of(of, "payments credited with another amount than was paid", other)


@dataclass(slots=True)
class AtMeta:
    """Our messages by what became of them, whatever our stores say."""

    templates: set[MessageId] = field(default_factory=set)
    delivered: set[MessageId] = field(default_factory=set)
    failed: set[MessageId] = field(default_factory=set)


def messages(of: str, events: Sequence[Event], sends: Sequence[Json], taken: Sequence[Json]) -> Iterator[Figure]:
    """Each that Meta delivered is charged once, no other one is, and what failed holds nothing any more."""
    meta = _at_meta(sends, taken)
    charged = Counter(e.message_id for e in events if isinstance(e, ChargePosted | LateChargeRecorded))
    free = {e.message_id for e in events if isinstance(e, ChargeRated) and e.late and not e.rated.amount}
    held = {e.message_id for e in events if isinstance(e, CreditsReserved)}
    ended = {e.message_id for e in events if isinstance(e, HoldReleased | HoldExpired | ChargePosted)}
    delivered = meta.templates & meta.delivered
    yield told(of, "template messages that Meta accepted", len(meta.templates))
    yield told(of, "template messages that Meta delivered", len(delivered))
    yield told(of, "template messages that Meta failed to deliver", len(meta.templates & meta.failed))
    yield none_of(of, "template messages that left without a hold", meta.templates - held)
    once = (message for message in delivered if charged[message] != 1 and message not in free)
    yield none_of(of, "template messages that Meta delivered and that were not charged once", once)
    yield none_of(of, "messages charged that Meta did not deliver", charged.keys() - meta.delivered)
    stuck = (meta.failed - meta.delivered) & held - ended
    yield none_of(of, "messages that Meta did not deliver and that still hold credits", stuck)


def _at_meta(sends: Sequence[Json], taken: Sequence[Json]) -> AtMeta:
    meta = AtMeta()
    message_of: dict[str, MessageId] = {}
    for send in sends:
        found = _TAG.fullmatch(send.get("biz_opaque_callback_data") or "")
        if found is not None:
            message = message_of[_plain(send["id"])] = MessageId(UUID(hex=found[1]))
            if send["type"] == "template":
                meta.templates.add(message)
    for status in _statuses(taken):
        told_of = message_of.get(_plain(str(status.get("id"))))
        if told_of is not None and status.get("status") in ("delivered", "read"):
            meta.delivered.add(told_of)
        elif told_of is not None and status.get("status") == "failed":
            meta.failed.add(told_of)
    return meta


def _statuses(bodies: Iterable[Json]) -> Iterator[Mapping[str, object]]:
    for body in bodies:
        for entry in body.get("entry", ()):
            for change in entry.get("changes", ()):
                if change["field"] == "messages":
                    yield from change["value"].get("statuses", ())


def _plain(wamid: str) -> str:
    """Meta pads the base64 of a wamid now one way, now another."""
    return wamid.rstrip("=")
