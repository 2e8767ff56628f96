"""A template's form as it is sent. What a form may hold is for the rules to say, all at once; here only its shape."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from recado_chassis.http.models import RequestModel
from recado_events.templates import MergeField, TemplateButton, TemplateForm

Text = Annotated[str, Field(max_length=5_000)]
MetaId = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class FieldBody(RequestModel):
    """What is put in where the text says `#{name}`."""

    name: Annotated[str, Field(max_length=200)]
    sample: Text
    """What Meta's reviewers see."""
    fallback: Text | None = None
    """What is sent where the value is missing."""


class ButtonBody(RequestModel):
    """`kind` is quick_reply, url, phone_number or copy_code."""

    kind: Annotated[str, Field(max_length=50)]
    text: Text | None = None
    url: Text | None = None
    """May end with one merge field."""
    phone_number: Text | None = None
    code: Text | None = None


class FormBody(RequestModel):
    name: Text
    language: Annotated[str, Field(max_length=50)]
    """Meta's code, exactly: pt_BR is not pt_PT."""
    category: Annotated[str, Field(max_length=50)]
    """MARKETING or UTILITY."""
    header: Text | None = None
    body: Text
    """With merge fields by name: `Hello #{contact.first_name}!`."""
    footer: Text | None = None
    buttons: Annotated[tuple[ButtonBody, ...], Field(max_length=50)] = ()
    fields: Annotated[tuple[FieldBody, ...], Field(max_length=50)] = ()

    def form(self) -> TemplateForm:
        return TemplateForm(
            name=self.name,
            language=self.language,
            category=self.category,
            header=self.header,
            body=self.body,
            footer=self.footer,
            buttons=tuple(TemplateButton(**button.model_dump()) for button in self.buttons),
            fields=tuple(MergeField(**field.model_dump()) for field in self.fields),
        )


class NewBody(FormBody):
    waba_id: MetaId
    draft: bool = False
    """Stays unsent."""


class EditBody(FormBody):
    draft: bool = False


class CopyBody(RequestModel):
    name: Text
    language: Annotated[str, Field(max_length=50)] | None = None
    """The original's where it is left out."""
