"""Writing templates: for administrators. Saving submits, unless it is to stay a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import RequestId, TemplateId, WabaId
from starlette.responses import Response

from templates.adapters.http.bodies import CopyBody, EditBody, NewBody
from templates.application import Shelf, Writing
from templates.commands import DeleteTemplate, DraftTemplate, DuplicateTemplate, EditTemplate, SubmitTemplate

Answer = Callable[[Work, UUID], dict[str, str]]
Administrator = Annotated[Asked, Depends(asked("administrator", key_required=True))]


def writing_routes(streams: Streams, writing: Writing, shelf: Shelf, ids: Ids) -> APIRouter:
    """Every command answers the template's id and its state after it."""
    router = APIRouter(prefix="/templates", tags=["templates"])

    def answer(work: Work, template_id: UUID) -> dict[str, str]:
        state = shelf.template(work, TemplateId(template_id)).state
        return {"template_id": str(template_id), "state": state}

    _words(router, streams, writing, ids, answer)
    _steps(router, streams, writing, ids, answer)
    return router


def _words(router: APIRouter, streams: Streams, writing: Writing, ids: Ids, answer: Answer) -> None:
    """New words: a draft, an edit, a duplicate."""

    @router.post("", status_code=201)
    def draft(body: NewBody, request: Administrator) -> Response:
        command = DraftTemplate(
            **_on(ids.new(), request),
            waba_id=WabaId(body.waba_id),
            form=body.form(),
            request_id=None if body.draft else RequestId(ids.new()),
        )

        def decide(work: Work) -> dict[str, str]:
            writing.draft(work, command, request.cause)
            return answer(work, command.template_id)

        return perform(streams, request, decide, status=201)

    @router.put("/{template_id}")
    def edit(template_id: UUID, body: EditBody, request: Administrator) -> Response:
        request_id = None if body.draft else RequestId(ids.new())
        command = EditTemplate(**_on(template_id, request), form=body.form(), request_id=request_id)

        def decide(work: Work) -> dict[str, str]:
            writing.edit(work, command, request.cause)
            return answer(work, template_id)

        return perform(streams, request, decide)

    @router.post("/{template_id}/duplicate", status_code=201)
    def duplicate(template_id: UUID, body: CopyBody, request: Administrator) -> Response:
        made = DuplicateTemplate(
            **_on(ids.new(), request), original_id=TemplateId(template_id), name=body.name, language=body.language
        )

        def decide(work: Work) -> dict[str, str]:
            writing.duplicate(work, made, request.cause)
            return answer(work, made.template_id)

        return perform(streams, request, decide, status=201)


def _steps(router: APIRouter, streams: Streams, writing: Writing, ids: Ids, answer: Answer) -> None:
    """What is done with a template as it stands."""

    @router.post("/{template_id}/submit")
    def submit(template_id: UUID, request: Administrator) -> Response:
        command = SubmitTemplate(**_on(template_id, request), request_id=RequestId(ids.new()))

        def decide(work: Work) -> dict[str, str]:
            writing.submit(work, command, request.cause)
            return answer(work, template_id)

        return perform(streams, request, decide)

    @router.delete("/{template_id}")
    def delete(template_id: UUID, request: Administrator) -> Response:
        command = DeleteTemplate(**_on(template_id, request), request_id=RequestId(ids.new()))

        def decide(work: Work) -> dict[str, str]:
            writing.delete(work, command, request.cause)
            return answer(work, template_id)

        return perform(streams, request, decide)


def _on(template_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "template_id": TemplateId(template_id),
        "by": request.caller.user_id,
        "now": request.now,
    }
