"""Looks at Meta's lists of templates, and tells what is different from the last look."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event as Flag

import structlog
from recado_chassis.one_by_one import one_by_one
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import PhoneNumberId
from recado_events.meta_templates import MetaTemplateGone, MetaTemplateSeen

from gateway.application import authorisation, number_looks
from gateway.application.accounts import GraphFailed, Number, Token
from gateway.application.folds import CHANNEL
from gateway.application.template_ports import (
    Account,
    AccountTokens,
    MetaTemplate,
    Sighting,
    Sightings,
    TemplatesAtMeta,
)
from gateway.domain.channel import channel_stream
from gateway.domain.verdicts import AUTHORISATION_CODES

TOLD_ENOUGH = 2
"""Everything is told at two looks: a webhook whose time is a little ahead of ours does not hide it for ever."""
MISSED_ENOUGH = 2
"""One that is absent at two looks is gone: a list that changes while it is read may skip one."""

_STATELESS: Fold[None] = Fold(None, lambda state, _: state)
_log = structlog.get_logger()


class Polling:
    """Synchronous, for threads: it waits for Meta. Several workers share the accounts."""

    def __init__(
        self,
        streams: Streams,
        tokens: AccountTokens,
        sightings: Sightings,
        meta: TemplatesAtMeta,
        interval: timedelta,
    ) -> None:
        self._streams = streams
        self._tokens = tokens
        self._sightings = sightings
        self._meta = meta
        self._interval = interval
        self._stopping = Flag()

    def stop(self) -> None:
        """From any thread: no other list is looked at."""
        self._stopping.set()

    def look(self) -> int:
        """At the accounts whose turn it is; answers how many those were. Raises as `one_by_one` does."""
        due = self._sightings.due(self._tokens.accounts(), self._streams.clock.now(), self._interval)
        one_by_one(due, self._look_at, _unreadable)
        return len(due)

    def _look_at(self, account: Account) -> None:
        """With the first of its tokens that Meta takes."""
        served = dict(self._tokens.of_account(account))
        for number, token in served.items():
            if token is None or self._stopping.is_set() or self._is_lost(account, number):
                continue
            try:
                self._compare(account, token)
            except GraphFailed as failed:
                _log.warning("template_list_failed", waba_id=account[1], reason=failed.reason, code=failed.code)
                if failed.code in AUTHORISATION_CODES and failed.code is not None:
                    self._lose((account[0], number), token, failed.code)
                    continue
            self._look_at_numbers(account, served, token)
            return

    def _is_lost(self, account: Account, number: PhoneNumberId) -> bool:
        mine = self._streams.read(channel_stream(number), CHANNEL).connections.get(account[0])
        return mine is not None and mine.lost

    def _lose(self, number: Number, token: Token, code: int) -> None:
        now, cause = self._streams.clock.now(), Cause(str(self._streams.ids.new()))
        self._streams.transact(lambda work: authorisation.lose(work, number, token, code, now, cause))

    def _look_at_numbers(self, account: Account, served: Collection[PhoneNumberId], token: Token) -> None:
        asked_at = self._streams.clock.now()
        try:
            listed = self._meta.numbers(account[1], token)
        except GraphFailed as failed:
            _log.warning("number_list_failed", waba_id=account[1], reason=failed.reason, code=failed.code)
            return
        ours = [standing for standing in listed if standing.phone_number_id in served]
        number_looks.tell(self._streams, account, ours, asked_at)

    def _compare(self, account: Account, token: Token) -> None:
        asked_at = self._streams.clock.now()
        listed = self._meta.listing(account[1], token)
        before = self._sightings.of(account)
        after = compared(before, {one.id: one for one in listed})
        facts = list(_facts(account, before, after, listed, asked_at))
        cause = Cause(str(self._streams.ids.new()))

        def tell(work: Work) -> None:
            work.load({fact.stream: _STATELESS for fact in facts})
            work.record(facts, cause)
            work.also(self._sightings.keep(account, after))

        if after != before:
            self._streams.transact(tell)


def compared(before: Mapping[str, Sighting], listed: Mapping[str, MetaTemplate]) -> dict[str, Sighting | None]:
    """What is known of each after a look; None for one that is gone."""
    after: dict[str, Sighting | None] = {}
    for meta_id, one in listed.items():
        known, digest = before.get(meta_id), digest_of(one)
        if known is None or known.digest != digest:
            after[meta_id] = Sighting(one.name, one.language, digest)
        else:
            after[meta_id] = replace(known, told=min(known.told + 1, TOLD_ENOUGH), missed=0)
    for meta_id in before.keys() - listed.keys():
        last = before[meta_id]
        missed = last.missed + 1
        after[meta_id] = None if missed >= MISSED_ENOUGH else replace(last, missed=missed)
    return after


def digest_of(one: MetaTemplate) -> str:
    words = (one.name, one.language, one.status, one.category, one.quality, one.rejected_reason)
    return sha256(f"{words!r}{one.content.model_dump_json()}".encode()).hexdigest()


def _facts(
    account: Account,
    before: Mapping[str, Sighting],
    after: Mapping[str, Sighting | None],
    listed: Sequence[MetaTemplate],
    at: datetime,
) -> Iterator[Event]:
    """Those that are gone first: another of the same name may have come."""
    for meta_id, known in before.items():
        if after[meta_id] is None:
            named = {"meta_template_id": meta_id, "name": known.name, "language": known.language}
            yield MetaTemplateGone(organisation_id=account[0], waba_id=account[1], **named, gone_at=at)
    for one in listed:
        now, last = after[one.id], before.get(one.id)
        if now is not None and (last is None or (last.digest, last.told) != (now.digest, now.told)):
            yield MetaTemplateSeen(
                organisation_id=account[0],
                waba_id=account[1],
                meta_template_id=one.id,
                name=one.name,
                language=one.language,
                status=one.status,
                category=one.category,
                quality=one.quality,
                rejected_reason=one.rejected_reason,
                texts=one.content,
                seen_at=at,
            )


def _unreadable(account: Account, error: Exception) -> None:
    _log.error("template_list_unreadable", waba_id=account[1], error=type(error).__name__)
