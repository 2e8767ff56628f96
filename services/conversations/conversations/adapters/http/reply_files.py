"""Files of quick replies: put aside by whoever may write those, shown to whoever may read them."""

from __future__ import annotations

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
from recado_events.conversations import QuickReplyFile
from recado_events.ids import AttachmentId
from starlette.requests import Request
from starlette.responses import Response

from conversations.adapters.http.handing_out import FILE, served, thumbnail_of
from conversations.adapters.http.people import person_of, viewer_of
from conversations.adapters.http.taking_in import BODY, Coming, Name, take_in, told
from conversations.application import Attaching
from conversations.application.scene import FOLDS
from conversations.commands.attaching import UploadReplyFile
from conversations.domain.file_refusals import UnknownAttachment

Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]


def reply_file_routes(streams: Streams, attaching: Attaching, files: Files, ids: Ids) -> APIRouter:
    router = APIRouter(prefix="/quick-replies", tags=["quick replies"])
    _add_uploading(router, streams, attaching, files, ids)
    _add_downloading(router, streams, files)
    return router


def _add_uploading(router: APIRouter, streams: Streams, attaching: Attaching, files: Files, ids: Ids) -> None:
    @router.post("/attachments", status_code=201, openapi_extra=BODY)
    async def upload_for_replies(filename: Name, request: Request, who: Changing) -> Response:
        """The body is the file, its type in Content-Type. Answers the id by which a quick reply names it."""
        org, by = who.caller.organisation, person_of(who.caller)
        await in_thread(streams.transact, lambda work: attaching.check_may_upload_for_replies(work, org, by))

        def put_aside(coming: Coming) -> Response:
            command = UploadReplyFile(
                organisation_id=org,
                attachment_id=AttachmentId(ids.new()),
                file=coming.keep(files, org),
                by=by,
                now=who.now,
            )

            def decide(work: Work) -> dict[str, Any]:
                attaching.upload_for_replies(work, command, who.cause)
                return told(command.attachment_id, command.file)

            return perform(streams, coming.asked(who), decide, status=201)

        return await take_in(request, filename, put_aside)


def _add_downloading(router: APIRouter, streams: Streams, files: Files) -> None:
    caught = [Depends(caught_up)]

    @router.get("/{quick_reply_id}/attachment", dependencies=caught, responses=FILE, response_class=Response)
    def file_of_quick_reply(quick_reply_id: UUID, request: Request, who: Looking) -> Response:
        file = _file(streams, who, quick_reply_id)
        return served(files, request, file.key, file.mime_type, file.name)

    @router.get("/{quick_reply_id}/thumbnail", dependencies=caught, responses=FILE, response_class=Response)
    def thumbnail_of_quick_reply(quick_reply_id: UUID, request: Request, who: Looking) -> Response:
        """A JPEG of 320 pixels at most, of images."""
        return thumbnail_of(files, request, _file(streams, who, quick_reply_id).thumbnail)


def _file(streams: Streams, who: Caller, quick_reply_id: UUID) -> QuickReplyFile:
    """Raises NoPermission, UnknownQuickReply and UnknownAttachment."""
    viewer_of(who, streams.read(f"team-{who.organisation}", FOLDS["team"]))
    found: QuickReplyFile | None = (
        streams.read(f"replies-{who.organisation}", FOLDS["replies"]).found(quick_reply_id).file
    )
    if found is None:
        raise UnknownAttachment
    return found


def shown(quick_reply_id: UUID, file: QuickReplyFile | None) -> dict[str, Any] | None:
    """A file as lists of quick replies show it."""
    if file is None:
        return None
    at = f"/quick-replies/{quick_reply_id}"
    return {
        "attachment_id": file.attachment_id,
        "kind": file.kind,
        "filename": file.name,
        "mime_type": file.mime_type,
        "size": file.size,
        "download": f"{at}/attachment",
        "thumbnail": f"{at}/thumbnail" if file.thumbnail else None,
    }
