"""Where an update goes: to the organisation that serves its number, or aside, where nobody's data is mixed up."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from recado_events.ids import OrganisationId, PhoneNumberId
from recado_events.inbound import InboundType

from gateway.adapters.door.ownership import Owner, Place
from gateway.domain.tags import Tags

_TAG = re.compile(r"v1\.[0-9a-f]{32}\.\w{1,6}\.[0-9a-f]{16}")
"""Wider than what is made here: nobody must take for a tag what was not verified."""

Way = Literal["served", "unknown", "forged"]


class Route(NamedTuple):
    way: Way
    organisation_id: OrganisationId | None = None
    """Of whom it is; None unless served."""


_UNKNOWN = Route("unknown")
_FORGED = Route("forged")


def route(tags: Tags, kind: str, place: Place, owner: Owner | None, told: Any) -> Route:
    """`told` is what the update says. A status with a tag of another number, or of nobody's making, is forged."""
    if owner is None:
        return _UNKNOWN
    if kind == InboundType.STATUS and _is_forged(tags, owner.organisation_id, place, told):
        return _FORGED
    return Route("served", owner.organisation_id)


def _is_forged(tags: Tags, organisation_id: OrganisationId, place: Place, told: Any) -> bool:
    tag = told.get("biz_opaque_callback_data") if isinstance(told, dict) else None
    if not isinstance(tag, str) or not _TAG.fullmatch(tag.strip()):
        return False
    number = PhoneNumberId(place.phone_number_id or "")
    return tags.verify(organisation_id, number, tag) is None
