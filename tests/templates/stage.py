"""One organisation's templates on a memory store: what administrators do, what Meta and the gateway say. All twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from recado_chassis.service import Heard
from recado_events import gateway
from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, RequestId, TemplateId, UserId, WabaId
from recado_events.inbound import InboundType, InboundUpdate
from recado_events.meta_templates import (
    MetaContent,
    MetaTemplateGone,
    MetaTemplateSeen,
    TemplateRequestRefused,
    TemplateRequestTaken,
)
from recado_events.templates import PUBLISHED, MergeField, TemplateButton, TemplateForm, TemplateSubmitted
from templates.adapters.kafka import hears
from templates.application import Listening, Shelf, Writing
from templates.application.shelf import FOLDS
from templates.commands import (
    DeleteTemplate,
    DraftTemplate,
    DuplicateTemplate,
    EditTemplate,
    NoticeSilence,
    SubmitTemplate,
)
from templates.domain.account import Account, account_stream
from templates.domain.private import PRIVATE
from templates.domain.refusals import TemplateInvalid
from templates.domain.template import Template, template_stream

from tests.harness.on_memory import ADMINISTRATOR_ID, CAUSE, NUMBER, ORGANISATION, OnMemory

WABA = WabaId("102290129340398")
META_ID = "1689556908129832"
BODY = "Hello #{contact.first_name}, your order is ready."


def form(**changed: Any) -> TemplateForm:
    """A template without a fault; `fields` follow the texts unless they are given."""
    told = {"name": "order_ready", "language": "en_US", "category": "UTILITY", "body": BODY, **changed}
    if "fields" not in told:
        texts = [told.get("header") or "", told["body"], *(b.url or "" for b in told.get("buttons", ()))]
        names = [name for text in texts for name in _names(text)]
        told["fields"] = tuple(MergeField(name=name, sample="Maria") for name in dict.fromkeys(names))
    return TemplateForm(**told)


def _names(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("#{")[1:]]


def button(kind: str = "quick_reply", **told: Any) -> TemplateButton:
    return TemplateButton(kind=kind, **told)


class Stage(OnMemory):
    def __init__(self) -> None:
        super().__init__((*PUBLISHED, *PRIVATE))
        self.shelf = Shelf()
        self.listening = Listening(self.shelf, self.ids)
        self.writing = Writing(self.shelf)
        self.reactions = {kind: each for heard in hears(self.listening) for kind, each in heard.reactions.items()}
        self.connected()

    # What the gateway and Meta say ---------------------------------------------------------------------------

    def hears(self, event: Event) -> list[Event]:
        heard = Heard("topic", 0, 0, event.TYPE, event.subject, event, CAUSE, None)
        return self.do(lambda work, _, __: self.reactions[event.TYPE].handle(work, heard), None)

    def connected(self, waba: WabaId = WABA, number: PhoneNumberId = NUMBER) -> None:
        self.hears(
            gateway.ChannelConnected(
                organisation_id=ORGANISATION,
                phone_number_id=number,
                waba_id=waba,
                name="Front desk",
                connected_by=ADMINISTRATOR_ID,
                connected_at=self.now,
            )
        )

    def disconnected(self, number: PhoneNumberId = NUMBER) -> None:
        self.hears(
            gateway.ChannelDisconnected(
                organisation_id=ORGANISATION, phone_number_id=number, reason="person", disconnected_at=self.now
            )
        )

    def webhook(self, field: str, at: datetime | None = None, waba: WabaId = WABA, **value: Any) -> list[Event]:
        """A webhook about a template: by default of the one with META_ID."""
        named = {"message_template_id": int(META_ID), "message_template_name": "order_ready"}
        told = {**named, "message_template_language": "en-US", **value}
        update = InboundUpdate(
            organisation_id=ORGANISATION,
            waba_id=waba,
            field=field,
            entry_time=int((at or self.now).timestamp()),
            received_at=int(self.now.timestamp() * 1_000_000),
            update={name: each for name, each in told.items() if each is not None},
        )
        heard = Heard("topic", 0, 0, InboundType.FIELD, "subject", update, CAUSE, None)
        return self.do(lambda work, _, __: self.reactions[InboundType.FIELD].handle(work, heard), None)

    def status(self, event: str, at: datetime | None = None, **value: Any) -> list[Event]:
        return self.webhook("message_template_status_update", at, event=event, **value)

    def taken(self, template_id: TemplateId, status: str | None = "PENDING", **changed: Any) -> list[Event]:
        told = {"meta_template_id": META_ID, "category": "UTILITY", "asked_at": self.now, **changed}
        return self.hears(
            TemplateRequestTaken(
                **self._request(template_id), status=status, evidence="answer", taken_at=self.now, **told
            )
        )

    def refused(self, template_id: TemplateId, reason: str = "name_taken", **changed: Any) -> list[Event]:
        at = self._request(template_id)
        return self.hears(TemplateRequestRefused(**at, reason=reason, refused_at=self.now, **changed))

    def seen(self, content: MetaContent | None = None, meta_id: str = META_ID, **changed: Any) -> list[Event]:
        told = {"name": "order_ready", "language": "en_US", "status": "APPROVED", "category": "UTILITY", **changed}
        content = content or MetaContent(body="Hello {{1}}, your order is ready.")
        return self.hears(MetaTemplateSeen(**self._of_meta(meta_id), **{"seen_at": self.now, **told}, texts=content))

    def gone(self, meta_id: str = META_ID) -> list[Event]:
        at = self._of_meta(meta_id)
        return self.hears(MetaTemplateGone(**at, name="order_ready", language="en_US", gone_at=self.now))

    def silence(self, template_id: TemplateId) -> list[Event]:
        command = NoticeSilence(organisation_id=ORGANISATION, template_id=template_id, now=self.now)
        return self.do(self.listening.notice_silence, command)

    def _of_meta(self, meta_id: str) -> Any:
        return {"organisation_id": ORGANISATION, "waba_id": WABA, "meta_template_id": meta_id}

    def _request(self, template_id: TemplateId) -> Any:
        template = self.template(template_id)
        asked = template.deletion or template.request
        request_id = asked.id if asked else RequestId(uuid4())
        place = {"organisation_id": ORGANISATION, "waba_id": template.waba_id}
        return {**place, "template_id": template_id, "request_id": request_id}

    # What administrators do ------------------------------------------------------------------------------------

    def drafts(
        self, told: TemplateForm | None = None, *, send: bool = True, waba: WabaId = WABA, org: UUID = ORGANISATION
    ) -> TemplateId:
        template_id = TemplateId(self.ids.new())
        command = DraftTemplate(
            **{**self.on(template_id), "organisation_id": OrganisationId(org)},
            waba_id=waba,
            form=told or form(),
            request_id=RequestId(uuid4()) if send else None,
        )
        self.do(self.writing.draft, command)
        return template_id

    def edits(self, template_id: TemplateId, told: TemplateForm, *, send: bool = True) -> list[Event]:
        request_id = RequestId(uuid4()) if send else None
        return self.do(self.writing.edit, EditTemplate(**self.on(template_id), form=told, request_id=request_id))

    def submits(self, template_id: TemplateId) -> list[Event]:
        return self.do(self.writing.submit, SubmitTemplate(**self.on(template_id), request_id=RequestId(uuid4())))

    def duplicates(self, template_id: TemplateId, name: str, language: str | None = None) -> TemplateId:
        copy = TemplateId(self.ids.new())
        command = DuplicateTemplate(**self.on(copy), original_id=template_id, name=name, language=language)
        self.do(self.writing.duplicate, command)
        return copy

    def deletes(self, template_id: TemplateId) -> list[Event]:
        return self.do(self.writing.delete, DeleteTemplate(**self.on(template_id), request_id=RequestId(uuid4())))

    def on(self, template_id: TemplateId) -> Any:
        by = UserId(ADMINISTRATOR_ID)
        return {"organisation_id": ORGANISATION, "template_id": template_id, "by": by, "now": self.now}

    def approved(self, told: TemplateForm | None = None) -> TemplateId:
        """Submitted, taken and approved, an hour each."""
        template_id = self.drafts(told)
        self.taken(template_id)
        self.later(hours=1)
        self.status("APPROVED")
        self.later(hours=1)
        return template_id

    # Then --------------------------------------------------------------------------------------------------------

    def template(self, template_id: TemplateId) -> Template:
        found: Template = self.streams.read(template_stream(template_id), FOLDS["template"])
        return found

    def account(self, waba: WabaId = WABA) -> Account:
        found: Account = self.streams.read(account_stream(ORGANISATION, waba), FOLDS["account"])
        return found

    def state(self, template_id: TemplateId) -> str:
        return self.template(template_id).state

    def submissions(self) -> list[TemplateSubmitted]:
        return self.facts(TemplateSubmitted)


def rules(refused: TemplateInvalid) -> list[str]:
    return [violation["rule"] for violation in refused.details["violations"]]
