"""Files: put aside to be sent, and downloaded. Whoever may see the conversation may download; nobody else may."""

import hashlib
import io
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from recado_chassis.caller import Caller
from recado_chassis.files import Files, NoSuchFile, Spool, key_of
from recado_chassis.files.images import thumbnail, without_metadata
from recado_chassis.files.looking import flags, sniffed
from recado_chassis.files.serving import download
from recado_chassis.files.spooling import TooLarge
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.intake import LARGEST_UPLOAD
from recado_chassis.http.pages import caught_up
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread
from recado_chassis.work import Work
from recado_events.ids import AttachmentId, ConversationId
from starlette.requests import Request
from starlette.responses import Response

from conversations.adapters.http.people import person_of, viewer_of
from conversations.application import Attaching
from conversations.application.scene import FOLDS
from conversations.commands import OnConversation
from conversations.commands.attaching import UploadAttachment
from conversations.domain.attachment_types import LARGEST, TYPES, safe_name, type_of
from conversations.domain.refusals import (
    AttachmentFetching,
    AttachmentLost,
    AttachmentQuarantined,
    AttachmentTooLarge,
    OutOfScope,
    UnknownAttachment,
)
from conversations.views import Questions
from conversations.views.attachments import Row

Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Name = Annotated[str, Query(min_length=1, max_length=300, description="Its name, which ends with its extension.")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    LARGEST_UPLOAD: max(LARGEST.values()),
    "requestBody": {"required": True, "content": {each.mime_type: _BINARY for each in TYPES.values()}},
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": _BINARY}},
    206: {"description": "The part that was asked for."},
}


@dataclass(frozen=True, slots=True)
class _Filing:
    """What the routes of files stand on."""

    streams: Streams
    attaching: Attaching
    questions: Questions
    files: Files
    ids: Ids


def attachment_routes(
    streams: Streams,
    attaching: Attaching,
    questions: Questions,
    files: Files,
    ids: Ids,
) -> APIRouter:
    filing = _Filing(streams, attaching, questions, files, ids)
    router = APIRouter(prefix="/conversations/{conversation_id}", tags=["attachments"])
    _add_uploading(router, filing)
    _add_downloading(router, filing)
    return router


def _add_uploading(router: APIRouter, filing: _Filing) -> None:
    @router.post("/attachments", status_code=201, openapi_extra=_BODY)
    async def upload(conversation_id: UUID, filename: Name, request: Request, who: Changing) -> Response:
        """The body is the file, its type in Content-Type. Answers the id under which it may be sent, here."""
        on = _on(conversation_id, who)
        await in_thread(filing.streams.transact, lambda work: filing.attaching.check_may_upload(work, on))
        kind = type_of(filename).kind
        with Spool(LARGEST[kind]) as spool:
            try:
                async for piece in request.stream():
                    spool.write(piece)
            except TooLarge:
                raise AttachmentTooLarge(kind=kind, largest=LARGEST[kind]) from None
            declared = request.headers.get("content-type")
            return await in_thread(_put_aside, filing, who, on, filename, declared, spool)


def _put_aside(
    filing: _Filing, who: Asked, on: OnConversation, filename: str, declared: str | None, spool: Spool
) -> Response:
    what = hashlib.sha256(who.body + bytes.fromhex(spool.digest) + (declared or "").encode()).digest()
    command = _upload(filing, on, filename, declared, spool)

    def decide(work: Work) -> Row:
        filing.attaching.upload_attachment(work, command, who.cause)
        return {
            "attachment_id": str(command.attachment_id),
            "kind": type_of(filename).kind,
            "mime_type": command.sniffed_type,
            "size": command.size,
            "flags": list(command.flags),
            "thumbnail": command.thumbnail is not None,
        }

    return perform(filing.streams, replace(who, body=what), decide, status=201)


def _upload(filing: _Filing, on: OnConversation, filename: str, declared: str | None, spool: Spool) -> UploadAttachment:
    """The file is kept before anything tells of it: a crash in between leaves a file that nobody knows."""
    found = sniffed(spool.content())
    is_image = found in ("image/jpeg", "image/png")
    content = without_metadata(spool.content().read()) if is_image else None
    digest = spool.digest if content is None else hashlib.sha256(content).hexdigest()
    size = spool.size if content is None else len(content)
    key = key_of(on.organisation_id, digest)
    command = UploadAttachment(
        organisation_id=on.organisation_id,
        conversation_id=on.conversation_id,
        by=on.by,
        now=on.now,
        attachment_id=AttachmentId(filing.ids.new()),
        filename=filename,
        declared_type=declared,
        sniffed_type=found,
        flags=flags(spool.content(), found),
        key=key,
        sha256=digest,
        size=size,
        thumbnail=_small(filing, on, content) if content is not None else None,
    )
    filing.files.put(key, spool.content() if content is None else io.BytesIO(content), size)
    return command


def _small(filing: _Filing, on: OnConversation, content: bytes) -> str | None:
    small = thumbnail(io.BytesIO(content))
    if small is None:
        return None
    key = key_of(on.organisation_id, hashlib.sha256(small).hexdigest())
    return filing.files.put(key, io.BytesIO(small), len(small)).key


def _add_downloading(router: APIRouter, filing: _Filing) -> None:
    caught = [Depends(caught_up)]

    @router.get("/messages/{message_id}/attachment", dependencies=caught, responses=_FILE, response_class=Response)
    def attachment(conversation_id: UUID, message_id: UUID, request: Request, who: Looking) -> Response:
        row = _stored(filing, who, conversation_id, message_id)
        name = safe_name(row["filename"], row["mime_type"])
        return _served(filing, request, row["file_key"], row["mime_type"], name)

    @router.get("/messages/{message_id}/thumbnail", dependencies=caught, responses=_FILE, response_class=Response)
    def small(conversation_id: UUID, message_id: UUID, request: Request, who: Looking) -> Response:
        """A JPEG of 320 pixels at most, of images."""
        row = _stored(filing, who, conversation_id, message_id)
        if row["thumbnail"] is None:
            raise UnknownAttachment
        return _served(filing, request, row["thumbnail"], "image/jpeg", "thumbnail.jpg")


def _served(filing: _Filing, request: Request, key: str, mime_type: str | None, name: str) -> Response:
    try:
        return download(filing.files, key, mime_type, name, request.headers)
    except NoSuchFile:
        raise AttachmentLost(reason="file_missing") from None


def _stored(filing: _Filing, who: Caller, conversation_id: UUID, message_id: UUID) -> Row:
    """Raises OutOfScope, and why there is nothing to download."""
    viewer = viewer_of(who, filing.streams.read(f"team-{who.organisation}", FOLDS["team"]))
    if filing.questions.conversation(viewer, conversation_id) is None:
        raise OutOfScope
    row = filing.questions.files.of_message(conversation_id, message_id)
    if row is None:
        raise UnknownAttachment
    if row["state"] == "fetching":
        raise AttachmentFetching
    if row["state"] == "lost":
        raise AttachmentLost(reason=row["reason"])
    if "malware" in row["flags"]:
        raise AttachmentQuarantined
    return row


def _on(conversation_id: UUID, who: Asked) -> OnConversation:
    return OnConversation(
        organisation_id=who.caller.organisation,
        conversation_id=ConversationId(conversation_id),
        by=person_of(who.caller),
        now=who.now,
    )


def shown(row: Row | None, at: str | None = None) -> dict[str, Any] | None:
    """A file as the timeline shows it; `at`: where its message is, if not in its conversation."""
    if row is None:
        return None
    at = at or f"/conversations/{row['conversation_id']}/messages/{row['message_id']}"
    is_there = row["state"] == "stored" and "malware" not in row["flags"]
    return {
        "state": row["state"],
        "reason": row["reason"],
        "filename": None if row["filename"] is None else safe_name(row["filename"], row["mime_type"]),
        "mime_type": row["mime_type"],
        "size": row["size"],
        "flags": row["flags"],
        "download": f"{at}/attachment" if is_there else None,
        "thumbnail": f"{at}/thumbnail" if is_there and row["thumbnail"] else None,
    }
