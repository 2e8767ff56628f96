"""Custom fields of contacts, as administrators define them."""

# No postponed annotations here: FastAPI could not resolve a local type.
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field, StringConstraints
from recado_chassis.http.commands import Asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.crm import Choice
from starlette.responses import Response

from crm.adapters.http.people import SettingUp as Asking
from crm.adapters.http.people import person_of, viewing
from crm.adapters.http.pipelines import setup_of
from crm.application import SettingUp
from crm.commands import ChangeContactField, DefineContactField, RetireContactField
from crm.domain.setup import CustomField
from crm.views import Row, Viewer

Word = Annotated[str, StringConstraints(pattern=r"^custom_[a-z][a-z0-9_]{0,40}$")]
FieldName = Annotated[Word, Path()]
Label = Annotated[str, Field(min_length=1, max_length=100)]


class ChoiceBody(RequestModel):
    choice: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,40}$")]
    """Its key: what a contact's field holds."""
    label: Label


class FieldBody(RequestModel):
    label: Label
    choices: Annotated[list[ChoiceBody], Field(max_length=100, default_factory=list)]
    """For the type choice; those that are there stay."""


class NewFieldBody(FieldBody):
    field: Word
    """In merge fields `contact.` stands before it."""
    value_type: Literal["text", "number", "date", "choice", "boolean"]
    """A number is a decimal written as text, a date YYYY-MM-DD."""


def field_routes(streams: Streams, setting_up: SettingUp) -> APIRouter:
    router = APIRouter(prefix="/contact-fields", tags=["contact fields"])
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("")
    def fields(who: Viewing) -> Row:
        known = setup_of(streams, who.organisation_id).fields
        return {"items": [_shown(name, each) for name, each in known.items()], "next_cursor": None}

    @router.post("", status_code=201)
    def define(body: NewFieldBody, request: Asking) -> Response:
        command = DefineContactField(
            **_by(request),
            field=body.field,
            label=body.label,
            value_type=body.value_type,
            choices=_choices(body),
        )

        def decide(work: Work) -> Row:
            setting_up.define_field(work, command, request.cause)
            return {"field": body.field}

        return perform(streams, request, decide, status=201)

    @router.put("/{field}")
    def change(field: FieldName, body: FieldBody, request: Asking) -> Response:
        command = ChangeContactField(**_by(request), field=field, label=body.label, choices=_choices(body))

        def decide(work: Work) -> Row:
            setting_up.change_field(work, command, request.cause)
            return {"field": field}

        return perform(streams, request, decide)

    @router.delete("/{field}", status_code=204)
    def retire(field: FieldName, request: Asking) -> Response:
        command = RetireContactField(**_by(request), field=field)

        def decide(work: Work) -> None:
            setting_up.retire_field(work, command, request.cause)

        return perform(streams, request, decide)

    return router


def _choices(body: FieldBody) -> tuple[Choice, ...]:
    return tuple(Choice(choice=each.choice, label=each.label) for each in body.choices)


def _shown(name: str, custom: CustomField) -> Row:
    choices = [{"choice": key, "label": label} for key, label in custom.choices.items()]
    return {
        "field": name,
        "label": custom.label,
        "value_type": custom.value_type,
        "choices": choices,
        "retired": custom.retired,
    }


def _by(request: Asked) -> dict[str, Any]:
    return {"organisation_id": request.caller.organisation, "by": person_of(request.caller), "now": request.now}
