"""Files of customers: fetched from Meta, checked against the hash that was told, kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import structlog
from recado_chassis.crash import crash
from recado_chassis.files import Files, FilesUnavailable, Spool, key_of
from recado_chassis.files.images import thumbnail
from recado_chassis.files.looking import flags, sniffed
from recado_chassis.files.spooling import TooLarge
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.content import Media
from recado_events.conversations import MessageEchoed, MessageReceived
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId

from gateway.application import authorisation
from gateway.application.accounts import Token, Tokens
from gateway.application.folds import CHANNEL, FETCH
from gateway.application.media_ports import FetchLine, MediaAtMeta, MediaFailed, Waiting
from gateway.commands.media import Fetched, NotFetched, QueueMedia, RecordFetch
from gateway.domain.channel import channel_stream
from gateway.domain.fetching import LARGEST, Fetch, Place, decide, media_stream, pause
from gateway.domain.private_media import MediaFetchQueued
from gateway.domain.verdicts import AUTHORISATION_CODES

LOGIN = timedelta(minutes=5)
"""Between looks at whether somebody has logged in again: until then Meta is not asked with a token that it refused."""

_log = structlog.get_logger()


class Fetching:
    """`queue` is a reaction; the rest is synchronous, for threads: it waits for Meta. Any number may do it at once."""

    KINDS: ClassVar[frozenset[str]] = frozenset({"image", "video", "audio", "document", "sticker"})

    def __init__(self, streams: Streams, line: FetchLine, tokens: Tokens, meta: MediaAtMeta, files: Files) -> None:
        self._streams = streams
        self._line = line
        self._tokens = tokens
        self._meta = meta
        self._files = files

    def queue(self, work: Work, event: MessageReceived | MessageEchoed, cause: Cause) -> None:
        content = None if event.personal is None else event.personal.content
        if not isinstance(content, Media):
            return
        now = self._streams.clock.now()
        waiting = Waiting(
            event.organisation_id, event.phone_number_id, event.customer_id, event.message_id, attempts=0, cause=cause
        )
        command = QueueMedia(
            **_place(waiting),
            media_id=content.media_id,
            kind=content.kind,
            declared_type=content.mime_type,
            told_sha256=content.sha256,
            sent_at=event.occurred_at,
            now=now,
        )
        facts = decide(command, work.state(media_stream(event.message_id), FETCH))
        if facts:
            work.record(facts, cause)
            work.also(self._line.enter(waiting, now))

    def take(self, limit: int, under_way: Sequence[OrganisationId] = ()) -> Sequence[Waiting]:
        return self._line.take(self._streams.clock.now(), limit, under_way)

    def put_off(self, waiting: Waiting) -> None:
        """After an attempt of which nothing could be told."""
        attempts = waiting.attempts + 1
        self._line.put_off(waiting.message_id, attempts, self._streams.clock.now() + pause(attempts))

    def fetch(self, waiting: Waiting) -> str:
        """One attempt, to its end; answers what came of it: stored, failed, lost, waits (until somebody logs in again)
        or over (it was done already)."""
        fetch = self._streams.read(media_stream(waiting.message_id), FETCH)
        if fetch.phase != "fetching" or fetch.wanted is None:
            self._settle(waiting)
            return "over"
        is_lost, again_at = self._is_lost(waiting), self._streams.clock.now() + LOGIN
        if is_lost and again_at < fetch.wanted.fetch_until:
            self._line.put_off(waiting.message_id, waiting.attempts, again_at)
            return "waits"
        crash("media.after_take")
        number = waiting.organisation_id, waiting.phone_number_id
        token = None if is_lost else self._tokens.find({number}).get(number)
        outcome = self._outcome(waiting, fetch.wanted, token)
        crash("media.after_fetch")
        after = self._record(waiting, fetch.attempts + 1, outcome, token)
        crash("media.after_record")
        if isinstance(outcome, NotFetched):
            about = {"message_id": str(waiting.message_id), "reason": outcome.reason, "meta_code": outcome.meta_code}
            _log.warning("media_not_fetched", **about, attempt=fetch.attempts + 1)
        return {"fetching": "failed"}.get(after.phase, after.phase)

    def _is_lost(self, waiting: Waiting) -> bool:
        channel = self._streams.read(channel_stream(waiting.phone_number_id), CHANNEL)
        mine = channel.connections.get(waiting.organisation_id)
        return mine is not None and mine.lost

    def _outcome(self, waiting: Waiting, wanted: MediaFetchQueued, token: Token | None) -> Fetched | NotFetched:
        if token is None:
            return NotFetched("authorisation_lost")
        try:
            with Spool(LARGEST) as spool:
                told = self._meta.fetch(waiting.phone_number_id, wanted.media_id, token, spool)
                if not {spool.digest} >= {hash for hash in (told, _in_hex(wanted.told_sha256)) if hash}:
                    return NotFetched("hash_mismatch")
                return self._keep(waiting.organisation_id, spool)
        except TooLarge:
            return NotFetched("too_large")
        except MediaFailed as failed:
            return NotFetched(failed.reason, failed.code)
        except FilesUnavailable:
            return NotFetched("files_unavailable")
        except Exception as error:  # noqa: BLE001 - whatever a file does to who looks at it, the attempt counts
            _log.error("media_unreadable", message_id=str(waiting.message_id), exc_info=error)
            return NotFetched("unreadable")

    def _keep(self, organisation_id: OrganisationId, spool: Spool) -> Fetched:
        mime_type = sniffed(spool.content())
        key = key_of(organisation_id, spool.digest)
        self._files.put(key, spool.content(), spool.size)
        return Fetched(
            key=key,
            sha256=spool.digest,
            size=spool.size,
            mime_type=mime_type,
            flags=flags(spool.content(), mime_type),
            thumbnail=self._small(organisation_id, spool) if (mime_type or "").startswith("image/") else None,
        )

    def _small(self, organisation_id: OrganisationId, spool: Spool) -> str | None:
        small = thumbnail(spool.content())
        if small is None:
            return None
        key = key_of(organisation_id, hashlib.sha256(small).hexdigest())
        return self._files.put(key, io.BytesIO(small), len(small)).key

    def _record(self, waiting: Waiting, attempt: int, outcome: Fetched | NotFetched, token: Token | None) -> Fetch:
        now = self._streams.clock.now()
        command = RecordFetch(**_place(waiting), attempt=attempt, outcome=outcome, now=now)
        number = waiting.organisation_id, waiting.phone_number_id
        code = outcome.meta_code if isinstance(outcome, NotFetched) else None
        stream = media_stream(waiting.message_id)

        def record(work: Work) -> Fetch:
            work.record(decide(command, work.state(stream, FETCH)), waiting.cause)
            after = work.state(stream, FETCH)
            work.also(self._line.mirror(waiting.message_id, after))
            if token is not None and code is not None and code in AUTHORISATION_CODES:
                authorisation.lose(work, number, token, code, now, waiting.cause)
            return after

        return self._streams.transact(record).value

    def _settle(self, waiting: Waiting) -> None:
        stream = media_stream(waiting.message_id)
        self._streams.transact(lambda work: work.also(self._line.mirror(waiting.message_id, work.state(stream, FETCH))))


def _place(waiting: Waiting) -> Place:
    return Place(
        organisation_id=waiting.organisation_id,
        phone_number_id=waiting.phone_number_id,
        customer_id=waiting.customer_id,
        message_id=waiting.message_id,
    )


def _in_hex(told: str | None) -> str | None:
    """Webhooks carry the hash in base64. What is none tells nothing, and then Meta's answer has to."""
    if told is None:
        return None
    try:
        return base64.b64decode(told, validate=True).hex()
    except (binascii.Error, ValueError):
        return None
