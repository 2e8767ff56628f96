"""The attempts: claimed before the one call they are for, settled by what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.event import Event
from recado_events.gateway import MessageDispatchStarted
from recado_events.ids import PhoneNumberId

from gateway.application import authorisation
from gateway.application.accounts import Number, Token, Tokens
from gateway.application.folds import CHANNEL, DISPATCH, EDITION
from gateway.application.ports import Claim, Due, Line, Silent
from gateway.commands import NoticeSilence, RecordVerdict, Refused, StartDispatch, Verdict
from gateway.domain import sending
from gateway.domain.channel import channel_stream
from gateway.domain.dispatch import Dispatch, dispatch_stream
from gateway.domain.edition import edition_stream
from gateway.domain.outcomes import Place
from gateway.domain.tags import Tags
from gateway.domain.verdicts import AUTHORISATION_CODES


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claiming won: attempts to make now, and the numbers whose channel lets nothing pass for the moment."""

    claims: list[Claim] = field(default_factory=list)
    waiting: set[PhoneNumberId] = field(default_factory=set)


class Dispatching:
    """Synchronous, for threads. Every method is one transaction, safe against any other worker's."""

    def __init__(self, streams: Streams, line: Line, tokens: Tokens, tags: Tags) -> None:
        self._streams = streams
        self._line = line
        self._tokens = tokens
        self._tags = tags

    def claim(self, due: Sequence[Due]) -> Claimed:
        """Starts an attempt of each that may leave now, all in one commit; rejects those that never may.

        Raises Conflict where somebody else took what the rates allow, and Unavailable: then nothing may be sent.
        """
        now = self._streams.clock.now()
        tokens = self._tokens.find({_number(one) for one in due})
        return self._streams.transact(lambda work: self._claim_all(work, due, tokens, now)).value

    def record(self, outcomes: Sequence[tuple[Claim, Verdict]]) -> None:
        """What came of these attempts, all in one commit."""
        now = self._streams.clock.now()
        self._streams.transact(lambda work: self._record_all(work, outcomes, now))

    def notice_silence(self, silent: Sequence[Silent]) -> None:
        """Nobody waits any longer for the claimants of these."""
        now = self._streams.clock.now()
        self._streams.transact(lambda work: self._notice_all(work, silent, now))

    def _claim_all(self, work: Work, due: Sequence[Due], tokens: Mapping[Number, Token], now: datetime) -> Claimed:
        _load(work, due)
        claimed = Claimed()
        for one in due:
            token = tokens.get(_number(one))
            passage = authorisation.passage(work, _number(one), token)
            before = _state(work, one)
            facts = sending.decide(StartDispatch(**_about(one), passage=passage, now=now), before)
            work.record(facts, one.cause)
            claimed.claims.extend(self._claim(one, fact, before, token) for fact in _started(facts))
            if passage == "wait" and not facts:
                claimed.waiting.add(one.phone_number_id)
        self._write(work, due, [claim.due for claim in claimed.claims])
        return claimed

    def _claim(self, one: Due, fact: MessageDispatchStarted, before: Dispatch, token: Token | None) -> Claim:
        if before.released is None or token is None:
            raise LookupError("an attempt was started without content or token; the rules forbid it")
        tag = self._tags.make(one.organisation_id, one.phone_number_id, one.message_id, fact.attempt)
        return Claim(one, fact.attempt, fact.started_at, before.released, tag, token, before.media_id)

    def _record_all(self, work: Work, outcomes: Sequence[tuple[Claim, Verdict]], now: datetime) -> None:
        dues = [claim.due for claim, _ in outcomes]
        _load(work, dues)
        for claim, verdict in outcomes:
            about = _about(claim.due)
            command = RecordVerdict(**about, attempt=claim.attempt, verdict=verdict, now=now)
            work.record(sending.decide(command, _state(work, claim.due)), claim.due.cause)
            if isinstance(verdict, Refused) and verdict.meta_code in AUTHORISATION_CODES:
                authorisation.lose(work, _number(claim.due), claim.token, verdict.meta_code, now, claim.due.cause)
        self._write(work, dues, [])

    def _notice_all(self, work: Work, silent: Sequence[Silent], now: datetime) -> None:
        dues = [one.due for one in silent]
        _load(work, dues)
        for one in silent:
            command = NoticeSilence(**_about(one.due), attempt=one.due.attempt, lasted=one.lasted, now=now)
            work.record(sending.decide(command, _state(work, one.due)), one.due.cause)
        self._write(work, dues, [])

    def _write(self, work: Work, about: Sequence[Due], started: Sequence[Due]) -> None:
        """The index follows the streams, also where it was behind them."""
        work.also(self._line.mirror({one.message_id: _state(work, one) for one in about}))
        if started:
            work.also(self._line.spend(started))


def _load(work: Work, dues: Iterable[Due]) -> None:
    wanted = list(dues)
    work.load(
        {channel_stream(one.phone_number_id): CHANNEL for one in wanted}
        | {dispatch_stream(one.message_id): DISPATCH for one in wanted}
        | {edition_stream(one.organisation_id): EDITION for one in wanted}
    )


def _state(work: Work, one: Due) -> Dispatch:
    return work.state(dispatch_stream(one.message_id), DISPATCH)


def _number(one: Due) -> Number:
    return one.organisation_id, one.phone_number_id


def _about(one: Due) -> Place:
    return Place(
        organisation_id=one.organisation_id,
        phone_number_id=one.phone_number_id,
        customer_id=one.customer_id,
        message_id=one.message_id,
    )


def _started(facts: Iterable[Event]) -> list[MessageDispatchStarted]:
    return [fact for fact in facts if isinstance(fact, MessageDispatchStarted)]
