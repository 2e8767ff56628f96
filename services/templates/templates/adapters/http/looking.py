"""Looking at templates: lists, one with its history, the fields a text may hold, and how it will read."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.streams import Streams
from recado_events.merging import FIELDS
from recado_events.templates import TemplateForm
from starlette.responses import Response

from templates.adapters.http.bodies import FormBody
from templates.adapters.http.people import check_may_look
from templates.domain import forms, limits, texts
from templates.domain.reasons import TEXTS, reason_of
from templates.domain.refusals import UnknownTemplate
from templates.domain.words import REJECTED
from templates.views import Filters, Questions, Row

Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Paging = Annotated[Page, Depends(page)]
Word = Annotated[str | None, Query(min_length=1, max_length=100)]


def looking_routes(streams: Streams, questions: Questions) -> APIRouter:
    router = APIRouter(tags=["templates"], dependencies=[Depends(caught_up)])

    def viewer(who: Looking) -> Caller:
        check_may_look(who, streams)
        return who

    Viewing = Annotated[Caller, Depends(viewer)]  # noqa: N806 (a type, though a local one)

    @router.get("/templates")
    def templates(
        at: Paging,
        who: Viewing,
        waba_id: Word = None,
        state: Word = None,
        language: Word = None,
        category: Word = None,
        search: Word = None,
    ) -> Response:
        after = (at.after[0], at.after[1], UUID(at.after[2])) if at.after else None
        filters = Filters(waba_id, state, language, category, search)
        rows = questions.templates_of(who.organisation, filters, after, at.fetch)
        return at.answer(rows, _place, _shown)

    @router.get("/templates/{template_id}")
    def template(template_id: UUID, who: Viewing) -> dict[str, Any]:
        return _shown(_found(questions, who, template_id))

    @router.get("/templates/{template_id}/history")
    def history(template_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, template_id)
        rows = questions.history_of(template_id, at.after[0] if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [row["position"]])

    @router.get("/templates/{template_id}/preview")
    def preview(template_id: UUID, who: Viewing) -> dict[str, Any]:
        form = _found(questions, who, template_id).template.form
        if form is None:
            raise UnknownTemplate
        return _previewed(form)

    @router.post("/template-previews")
    def preview_of(body: FormBody, _: Viewing) -> dict[str, Any]:
        """Of a form that is not saved yet, with all that is wrong with it. It may be of a template made elsewhere."""
        form = forms.normalised(body.form())
        found = forms.violations(form, places=texts.used(form))
        return {**_previewed(form), "violations": [each.told() for each in found]}

    @router.get("/template-fields")
    def fields(_: Viewing) -> dict[str, Any]:
        """What `#` offers."""
        items = [{"name": name, "token": f"#{{{name}}}", "of": name.split(".")[0]} for name in FIELDS]
        return {"items": items, "next_cursor": None}

    return router


def _found(questions: Questions, who: Caller, template_id: UUID) -> Row:
    row = questions.template(who.organisation, template_id)
    if row is None:
        raise UnknownTemplate
    return row


def _place(row: Row) -> list[Any]:
    form = row.template.form
    return [form.name if form else "", form.language if form else "", str(row.template.id)]


def _previewed(form: TemplateForm) -> dict[str, Any]:
    shown = forms.preview(form)
    told = {"header": shown.header, "body": shown.body, "footer": shown.footer, "missing": list(shown.missing)}
    buttons = [button.model_dump(exclude_none=True) for button in shown.buttons]
    fits = shown.length <= limits.RENDERED
    return {**told, "buttons": buttons, "length": shown.length, "limit": limits.RENDERED, "fits": fits}


def _shown(row: Row) -> dict[str, Any]:
    """`form` is as people wrote it last, `live` as Meta has it; `reason` is why Meta rejected it."""
    template = row.template
    reason = reason_of(template.reason) if template.state == REJECTED else None
    return {
        "template_id": template.id,
        "waba_id": template.waba_id,
        "meta_template_id": template.meta_template_id,
        "name": template.form.name if template.form else None,
        "language": template.form.language if template.form else None,
        "state": template.state,
        "requested_category": template.form.category if template.form else None,
        "category": template.category,
        "quality": template.quality,
        "reason": reason,
        "reason_texts": TEXTS.get(reason or ""),
        "meta_reason": template.reason,
        "form": template.form,
        "live": template.live,
        "has_unsent_changes": template.request is None and template.form != template.live,
        "submitted_at": template.submitted_at,
        "overdue_at": row.overdue_at,
        "failure": row.failure,
        "created_by": row.created_by,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }
