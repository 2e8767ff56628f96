"""A status that Meta tells of a message of the business, with what it cost and why it failed."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from recado_events.conversations import MetaError, Pricing
from recado_events.ids import MessageId

from conversations.adapters.kafka.meta_people import InvalidUpdate, moment_of
from conversations.adapters.kafka.meta_update import Told
from conversations.commands import RecordStatus, SetAsideUpdate
from conversations.domain.meta_values import Json, code_of, details_of, text_of

_TAG = re.compile(r"v1\.([0-9a-f]{32})\.\d{1,6}\.[0-9a-f]{16}")


def status(told: Told) -> RecordStatus | SetAsideUpdate:
    """Raises InvalidUpdate where it does not say what became of which message."""
    body = told.body
    word = text_of(body.get("status"))
    if word is None:
        raise InvalidUpdate("it has no status")
    if body.get("type") == "call" or body.get("recipient_type") == "group":
        return told.set_aside()
    moment = moment_of(told.update, body.get("timestamp"))
    tag = _TAG.fullmatch(text_of(body.get("biz_opaque_callback_data")) or "")
    errors = _errors(body.get("errors"))
    return RecordStatus(
        organisation_id=told.organisation_id,
        phone_number_id=told.phone_number_id,
        wamid_id=told.id_of(body.get("id")),
        tagged_id=MessageId(UUID(tag.group(1))) if tag else None,
        status=word,
        occurred_at=moment.occurred_at,
        pricing=_pricing(body.get("pricing")),
        errors=tuple(MetaError(code=code, title=text_of(error.get("title"))) for code, error in errors),
        details=tuple(details_of(error) for _, error in errors),
        now=moment.now,
    )


def _errors(told: Any) -> list[tuple[int, Json]]:
    """Those that have a code."""
    found = [(code_of(error), error) for error in (told if isinstance(told, list) else ())]
    return [(code, error) for code, error in found if code is not None]


def _pricing(told: Any) -> Pricing | None:
    if not isinstance(told, dict):
        return None
    billable = told.get("billable")
    return Pricing(
        billable=billable if isinstance(billable, bool) else None,
        pricing_model=text_of(told.get("pricing_model")),
        type=text_of(told.get("type")),
        category=text_of(told.get("category")),
    )
