"""Stripe: the client that asks it, and the door for its signed notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from recado_chassis.streams import Streams

from billing.adapters.provider.door import PATH, Door
from billing.adapters.provider.notices import Notices
from billing.adapters.provider.payments import StripePayments
from billing.adapters.provider.signature import BadSignature, Signatures
from billing.application import Buying

__all__ = ["PATH", "BadSignature", "Signatures", "StripePayments", "routes"]


def routes(streams: Streams, buying: Buying, secrets: Iterable[str], tolerance: int) -> Mapping[str, Any]:
    """`tolerance` in seconds."""
    return {PATH: Door(Signatures(secrets, tolerance), Notices(streams, buying), streams.clock)}
