"""What templates asks of a gateway, and what Meta's simulator has of it then."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

from gateway.application.polling import Polling
from gateway.application.requesting import Requesting
from recado_events.event import Event
from recado_events.ids import RequestId, TemplateId, UserId
from recado_events.meta_templates import MetaTemplateGone, MetaTemplateSeen, OfTemplateRequest
from recado_events.templates import (
    MergeField,
    TemplateButton,
    TemplateDeletionRequested,
    TemplateForm,
    TemplateSubmitted,
)

from tests.gateway.stage import WABA, Stage
from tests.harness.on_database import periodic
from tests.simulator.entities import Template

FORM = TemplateForm(
    name="order_ready",
    language="en_US",
    category="UTILITY",
    header="For you, #{contact.name}!",
    body="Hello #{contact.first_name}, order #{pipeline_record.name} is ready.",
    footer="Aurora Bakery",
    buttons=(
        TemplateButton(kind="quick_reply", text="On my way"),
        TemplateButton(kind="url", text="See", url="https://example.org/orders/#{contact.phone}"),
        TemplateButton(kind="phone_number", text="Call", phone_number="+12125550100"),
        TemplateButton(kind="copy_code", code="SAVE10"),
    ),
    fields=(
        MergeField(name="contact.name", sample="Maria Silva"),
        MergeField(name="contact.first_name", sample="Maria"),
        MergeField(name="pipeline_record.name", sample="42"),
        MergeField(name="contact.phone", sample="551198"),
    ),
)


class Reviews:
    """Over a stage whose number is connected."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def requesting(self) -> Requesting:
        return cast(Requesting, self._whose("template_requests"))

    @property
    def polling(self) -> Polling:
        return cast(Polling, self._whose("template_lists"))

    def _whose(self, name: str) -> Any:
        """What a background of that name does is a method of this."""
        act: Any = periodic(self.stage.on_database.service, name).act
        return act.__self__

    # What templates asks -----------------------------------------------------------------------------------

    def submits(self, form: TemplateForm = FORM, meta_id: str | None = None, **changed: Any) -> RequestId:
        asked = TemplateSubmitted(
            **self._place(),
            meta_template_id=meta_id,
            form=form,
            submitted_by=UserId(uuid4()),
            submitted_at=self.stage.clock.now(),
            **changed,
        )
        self.stage.hears(asked)
        return asked.request_id

    def deletes(self, meta_id: str, name: str = FORM.name, settles: RequestId | None = None) -> RequestId:
        asked = TemplateDeletionRequested(
            **self._place(),
            meta_template_id=meta_id,
            name=name,
            settles=settles,
            requested_by=UserId(uuid4()),
            requested_at=self.stage.clock.now(),
        )
        self.stage.hears(asked)
        return asked.request_id

    def _place(self) -> Any:
        ids = {"template_id": TemplateId(uuid4()), "request_id": RequestId(uuid4())}
        return {"organisation_id": self.stage.organisation, "waba_id": WABA, **ids}

    # Workers -------------------------------------------------------------------------------------------------

    def works(self, seconds: float = 0.0) -> None:
        """One round of a worker, after so long."""
        self.stage.clock.advance(seconds)
        self.requesting.work_off()

    def looks(self, seconds: float = 901.0) -> None:
        """One look at Meta's lists, after so long."""
        self.stage.clock.advance(seconds)
        self.polling.look()

    def falls_silent(self) -> None:
        with self.stage.on_database.store.connection() as connection:
            connection.execute("UPDATE pending_template_requests SET started_at = started_at - interval '61 s'")

    # What is known ---------------------------------------------------------------------------------------------

    def story(self, request: RequestId) -> list[Any]:
        facts: list[Event] = self.stage.facts(OfTemplateRequest)
        return [fact for fact in facts if isinstance(fact, OfTemplateRequest) and fact.request_id == request]

    def last(self, request: RequestId) -> Any:
        return self.story(request)[-1]

    def told(self, request: RequestId) -> list[str]:
        return [type(fact).__name__.removeprefix("TemplateRequest") for fact in self.story(request)]

    def seen(self) -> list[MetaTemplateSeen]:
        return self.stage.facts(MetaTemplateSeen)

    def gone(self) -> list[MetaTemplateGone]:
        return self.stage.facts(MetaTemplateGone)

    async def at_meta(self) -> list[Template]:
        """But the one that every account begins with."""
        return [one for one in await self.stage.meta.templates(WABA) if one.name != "hello_world"]
