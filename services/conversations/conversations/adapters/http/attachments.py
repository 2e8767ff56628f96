"""Files: put aside to be sent, and downloaded. Whoever may see the conversation may download; nobody else may."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.caller import Caller
from recado_chassis.files import Files
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.pages import caught_up
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread
from recado_chassis.work import Work
from recado_events.ids import AttachmentId, ConversationId
from starlette.requests import Request
from starlette.responses import Response

from conversations.adapters.http.handing_out import FILE, downloadable, file_of, thumbnail_of
from conversations.adapters.http.people import person_of, viewer_of
from conversations.adapters.http.taking_in import BODY, Coming, Name, take_in, told
from conversations.application import Attaching
from conversations.application.scene import FOLDS
from conversations.commands import OnConversation
from conversations.commands.attaching import UploadAttachment
from conversations.domain.attachment_types import safe_name
from conversations.domain.refusals import OutOfScope
from conversations.views import Questions
from conversations.views.attachments import Row

Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]


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
    @router.post("/attachments", status_code=201, openapi_extra=BODY)
    async def upload(conversation_id: UUID, filename: Name, request: Request, who: Changing) -> Response:
        """The body is the file, its type in Content-Type. Answers the id under which it may be sent, here."""
        on = _on(conversation_id, who)
        await in_thread(filing.streams.transact, lambda work: filing.attaching.check_may_upload(work, on))
        return await take_in(request, filename, lambda coming: _put_aside(filing, who, on, coming))


def _put_aside(filing: _Filing, who: Asked, on: OnConversation, coming: Coming) -> Response:
    command = UploadAttachment(
        organisation_id=on.organisation_id,
        conversation_id=on.conversation_id,
        by=on.by,
        now=on.now,
        attachment_id=AttachmentId(filing.ids.new()),
        file=coming.keep(filing.files, on.organisation_id),
    )

    def decide(work: Work) -> Row:
        filing.attaching.upload_attachment(work, command, who.cause)
        return told(command.attachment_id, command.file)

    return perform(filing.streams, coming.asked(who), decide, status=201)


def _add_downloading(router: APIRouter, filing: _Filing) -> None:
    caught = [Depends(caught_up)]

    @router.get("/messages/{message_id}/attachment", dependencies=caught, responses=FILE, response_class=Response)
    def attachment(conversation_id: UUID, message_id: UUID, request: Request, who: Looking) -> Response:
        return file_of(filing.files, request, _stored(filing, who, conversation_id, message_id))

    @router.get("/messages/{message_id}/thumbnail", dependencies=caught, responses=FILE, response_class=Response)
    def small(conversation_id: UUID, message_id: UUID, request: Request, who: Looking) -> Response:
        """A JPEG of 320 pixels at most, of images."""
        row = _stored(filing, who, conversation_id, message_id)
        return thumbnail_of(filing.files, request, row["thumbnail"])


def _stored(filing: _Filing, who: Caller, conversation_id: UUID, message_id: UUID) -> Row:
    """Raises OutOfScope, and why there is nothing to download."""
    viewer = viewer_of(who, filing.streams.read(f"team-{who.organisation}", FOLDS["team"]))
    if filing.questions.conversation(viewer, conversation_id) is None:
        raise OutOfScope
    return downloadable(filing.questions.files.of_message(conversation_id, message_id))


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
