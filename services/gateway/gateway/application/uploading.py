"""Files of the business: brought to Meta before the message that names them leaves, and used again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from recado_chassis.crash import crash
from recado_chassis.files import Files, FilesUnavailable, NoSuchFile, Spool
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.content import OutgoingMedia
from recado_events.conversations import MessageReleased
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId

from gateway.application import authorisation
from gateway.application.accounts import Token, Tokens
from gateway.application.folds import DISPATCH, UPLOAD
from gateway.application.media_ports import MediaAtMeta, MediaFailed, UploadLine, Waiting
from gateway.application.ports import Line
from gateway.commands import DispatchCommand, RefuseMedia, StartDispatch, UseMedia
from gateway.commands.media import NoteUpload
from gateway.domain import uploads
from gateway.domain.channel import Passage
from gateway.domain.dispatch import dispatch_stream, waits_for_media
from gateway.domain.fetching import LARGEST, pause
from gateway.domain.outcomes import Place
from gateway.domain.sending import decide
from gateway.domain.uploads import upload_stream
from gateway.domain.verdicts import AUTHORISATION_CODES

_LONGEST = timedelta(minutes=1)
"""An hour is all that a reply has."""

_log = structlog.get_logger()


class Uploading:
    """`queue` is part of a reaction; the rest is synchronous, for threads: it waits for Meta."""

    def __init__(
        self, streams: Streams, waiting: UploadLine, line: Line, tokens: Tokens, meta: MediaAtMeta, files: Files
    ) -> None:
        self._streams = streams
        self._waiting = waiting
        self._line = line
        self._tokens = tokens
        self._meta = meta
        self._files = files

    def queue(self, work: Work, event: MessageReleased, file: OutgoingMedia, cause: Cause) -> None:
        """The message was queued; where Meta has its file already, it may leave at once."""
        now = self._streams.clock.now()
        at = event.organisation_id, event.phone_number_id
        waiting = Waiting(*at, event.customer_id, event.message_id, attempts=0, cause=cause)
        media_id = work.state(upload_stream(*at, file.sha256), UPLOAD).usable(now)
        if media_id is None:
            work.also(self._waiting.enter(waiting, now, event.send_by))
        else:
            self._ask(work, waiting, UseMedia(**_place(waiting), media_id=media_id, now=now))

    def take(self, limit: int, under_way: Sequence[OrganisationId] = ()) -> Sequence[Waiting]:
        return self._waiting.take(self._streams.clock.now(), limit, under_way)

    def upload(self, waiting: Waiting) -> str:
        """One attempt; answers what came of it: taken, failed, refused, waits (until its number may send) or over."""
        dispatch = self._streams.read(dispatch_stream(waiting.message_id), DISPATCH)
        file = None if dispatch.released is None else dispatch.released.content
        if not isinstance(file, OutgoingMedia) or not waits_for_media(dispatch):
            self._streams.transact(lambda work: work.also(self._waiting.leave(waiting.message_id)))
            return "over"
        number = waiting.organisation_id, waiting.phone_number_id
        token = self._tokens.find({number}).get(number)
        passage = self._passage(waiting, token)
        if passage in ("shut", "frozen"):
            return "refused"
        if passage == "wait" or token is None:
            self.put_off(waiting)
            return "waits"
        return self._upload(waiting, file, token)

    def _upload(self, waiting: Waiting, file: OutgoingMedia, token: Token) -> str:
        try:
            media_id = self._known(waiting, file) or self._bring(waiting, file, token)
        except NoSuchFile:
            return self._refuse(waiting, "media_missing")
        except FilesUnavailable as error:
            return self._failed(waiting, type(error).__name__)
        except MediaFailed as failed:
            if failed.is_final:
                return self._refuse(waiting, "media_refused", failed.code)
            if (code := failed.code) is not None and code in AUTHORISATION_CODES:
                self._lose(waiting, token, code)
            return self._failed(waiting, failed.reason)
        crash("media.after_upload")
        self._use(waiting, file, media_id)
        return "taken"

    def _passage(self, waiting: Waiting, token: Token | None) -> Passage:
        """Whether its number may send; a message that never may is rejected at once, as one without a file is."""
        number, now = (waiting.organisation_id, waiting.phone_number_id), self._streams.clock.now()

        def look(work: Work) -> Passage:
            passage = authorisation.passage(work, number, token)
            if passage in ("shut", "frozen"):
                self._ask(work, waiting, StartDispatch(**_place(waiting), passage=passage, now=now))
            return passage

        return self._streams.transact(look).value

    def _lose(self, waiting: Waiting, token: Token, code: int) -> None:
        number, now = (waiting.organisation_id, waiting.phone_number_id), self._streams.clock.now()
        self._streams.transact(lambda work: authorisation.lose(work, number, token, code, now, waiting.cause))

    def _known(self, waiting: Waiting, file: OutgoingMedia) -> str | None:
        stream = upload_stream(waiting.organisation_id, waiting.phone_number_id, file.sha256)
        return self._streams.read(stream, UPLOAD).usable(self._streams.clock.now())

    def _bring(self, waiting: Waiting, file: OutgoingMedia, token: Token) -> str:
        with Spool(LARGEST) as spool:
            for piece in self._files.read(file.key):
                spool.write(piece)
            return self._meta.upload(waiting.phone_number_id, file, spool.content(), token)

    def _use(self, waiting: Waiting, file: OutgoingMedia, media_id: str) -> None:
        now = self._streams.clock.now()
        noted = NoteUpload(
            organisation_id=waiting.organisation_id,
            phone_number_id=waiting.phone_number_id,
            sha256=file.sha256,
            mime_type=file.mime_type,
            media_id=media_id,
            now=now,
        )
        stream = upload_stream(waiting.organisation_id, waiting.phone_number_id, file.sha256)

        def use(work: Work) -> None:
            work.record(uploads.note(noted, work.state(stream, UPLOAD)), waiting.cause)
            self._ask(work, waiting, UseMedia(**_place(waiting), media_id=media_id, now=now))

        self._streams.transact(use)

    def _refuse(self, waiting: Waiting, reason: str, code: int | None = None) -> str:
        now = self._streams.clock.now()
        command = RefuseMedia(**_place(waiting), reason=reason, meta_code=code, now=now)
        self._streams.transact(lambda work: self._ask(work, waiting, command))
        return "refused"

    def _failed(self, waiting: Waiting, reason: str) -> str:
        _log.warning("media_not_uploaded", message_id=str(waiting.message_id), reason=reason)
        self.put_off(waiting)
        return "failed"

    def put_off(self, waiting: Waiting) -> None:
        """After an attempt in vain."""
        attempts = waiting.attempts + 1
        until = self._streams.clock.now() + min(pause(attempts), _LONGEST)
        self._waiting.put_off(waiting.message_id, attempts, until)

    def _ask(self, work: Work, waiting: Waiting, command: DispatchCommand) -> None:
        stream = dispatch_stream(waiting.message_id)
        work.record(decide(command, work.state(stream, DISPATCH)), waiting.cause)
        work.also(self._line.mirror({waiting.message_id: work.state(stream, DISPATCH)}))
        work.also(self._waiting.leave(waiting.message_id))


def _place(waiting: Waiting) -> Place:
    return Place(
        organisation_id=waiting.organisation_id,
        phone_number_id=waiting.phone_number_id,
        customer_id=waiting.customer_id,
        message_id=waiting.message_id,
    )
