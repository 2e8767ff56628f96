"""Whether a number may be used now, and what is told where Meta takes its token no more: the same for all who call."""

from __future__ import annotations

from datetime import datetime

import structlog
from recado_chassis.work import Work
from recado_events.envelope import Cause

from gateway.application.accounts import Number, Token
from gateway.application.folds import CHANNEL, EDITION
from gateway.commands import LoseAuthorisation
from gateway.domain import connecting
from gateway.domain.channel import Passage, channel_stream
from gateway.domain.edition import edition_stream

_log = structlog.get_logger()


def passage(work: Work, number: Number, token: Token | None) -> Passage:
    """Whether messages of this number may leave, now or ever."""
    organisation_id, phone_number_id = number
    told = work.state(channel_stream(phone_number_id), CHANNEL).passage(organisation_id)
    if told != "shut" and not work.state(edition_stream(organisation_id), EDITION).includes_whatsapp:
        return "frozen"
    if told == "open" and token is None:
        _log.error("token_missing", phone_number_id=phone_number_id, organisation_id=str(organisation_id))
        return "wait"
    return told


def lose(work: Work, number: Number, token: Token, meta_code: int, now: datetime, cause: Cause) -> None:
    """Meta refused this token. Nothing is told where it is known, or where another one is in use by now."""
    command = LoseAuthorisation(
        organisation_id=number[0],
        phone_number_id=number[1],
        meta_code=meta_code,
        authorisation=token.authorisation,
        now=now,
    )
    work.record(connecting.decide(command, work.state(channel_stream(number[1]), CHANNEL)), cause)
