"""Customers who may not write any more, and are not written to."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.conversations.customer import OfCustomer
from recado_events.conversations.message import OfMessage
from recado_events.conversations.release import Released
from recado_events.ids import UserId


class CustomerBlocked(OfCustomer):
    """From here on nothing is sent to them. Meta is asked to keep their messages away (`BlockReleased`)."""

    TYPE: ClassVar[str] = "conversations.customer-blocked.v1"
    evidence: str
    """person; 130403: Meta refused a message because the business had blocked them elsewhere; or merged: somebody found
    to be this customer was blocked."""
    blocked_by: UserId | None = None
    blocked_at: AwareDatetime


class CustomerUnblocked(OfCustomer):
    TYPE: ClassVar[str] = "conversations.customer-unblocked.v1"
    unblocked_by: UserId
    unblocked_at: AwareDatetime


class BlockRefused(OfCustomer):
    """Meta did not do it: all is as it was before it was asked."""

    TYPE: ClassVar[str] = "conversations.block-refused.v1"
    blocked: bool
    """What was asked for: to block, or to unblock."""
    reason: str
    meta_code: int | None = None
    refused_at: AwareDatetime


class BlockReleased(OfMessage):
    """Ask Meta to block this customer, or to unblock them."""

    TYPE: ClassVar[str] = "conversations.block-released.v1"
    blocked: bool
    released_by: UserId
    released_at: AwareDatetime
    send_by: AwareDatetime
    personal: Released | None
