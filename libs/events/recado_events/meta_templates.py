"""Events of the gateway about templates at Meta: what became of requests, and what Meta's own list says."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Fact
from recado_events.ids import RequestId, TemplateId, WabaId
from recado_events.templates import TemplateButton


class OfTemplateRequest(Event):
    """One submission, edit or deletion that templates asked for."""

    STREAM: ClassVar[str] = "template-request-{request_id}"
    SUBJECT: ClassVar[str] = "{template_id}"
    KEY: ClassVar[str] = "{organisation_id}:{waba_id}"

    waba_id: WabaId
    template_id: TemplateId
    request_id: RequestId


class TemplateRequestTaken(OfTemplateRequest):
    """Meta has done it."""

    TYPE: ClassVar[str] = "gateway.template-request-taken.v1"
    meta_template_id: str | None = None
    status: str | None = None
    """Meta's word: PENDING, APPROVED, REJECTED, or a later one; None for a deletion."""
    category: str | None = None
    """Meta's, which may differ from the one asked for."""
    evidence: str
    """`answer`: Meta's answer to the call; `lookup`: it was found at Meta after an answer was lost;
    `deletion`: templates knew of it by other words of Meta, and asked for its deletion since."""
    asked_at: AwareDatetime
    """Before Meta was asked: what Meta said since is newer than `status`."""
    taken_at: AwareDatetime


class TemplateRequestRefused(OfTemplateRequest):
    """Meta has not done it, and will not be asked again."""

    TYPE: ClassVar[str] = "gateway.template-request-refused.v1"
    reason: str
    """name_taken, name_blocked, invalid, not_found, edit_limit, limit_reached, channel_disconnected,
    authorisation_lost, gave_up or refused_by_meta."""
    meta_code: int | None = None
    meta_subcode: int | None = None
    refused_at: AwareDatetime


class OfMetaTemplate(Event):
    """A template as Meta's list has it, whoever made it."""

    STREAM: ClassVar[str] = "template-at-meta-{organisation_id}-{waba_id}-{meta_template_id}"
    SUBJECT: ClassVar[str] = "{meta_template_id}"
    KEY: ClassVar[str] = "{organisation_id}:{waba_id}"

    waba_id: WabaId
    meta_template_id: str
    name: str
    language: str


class MetaExample(Fact):
    """What reviewers saw in a place. `name` is its number from 1, or its name where the format is named."""

    component: str
    """header, body or button_0 and on."""
    name: str
    value: str


class MetaContent(Fact):
    """Texts with Meta's own marks: `{{1}}` or `{{first_name}}`."""

    header: str | None = None
    body: str = ""
    footer: str | None = None
    buttons: tuple[TemplateButton, ...] = ()
    parameter_format: str = "positional"
    examples: tuple[MetaExample, ...] = ()
    unsupported: tuple[str, ...] = ()
    """Parts that this product cannot fill: header_image, carousel …"""


class MetaTemplateSeen(OfMetaTemplate):
    """Something of it is different from when it was seen last. Told once more at the next look, so that what was said
    just before the first one does not hide it for ever."""

    TYPE: ClassVar[str] = "gateway.meta-template-seen.v1"
    status: str
    category: str
    quality: str | None = None
    rejected_reason: str | None = None
    texts: MetaContent
    seen_at: AwareDatetime
    """Before Meta was asked: what Meta said since is newer."""


class MetaTemplateGone(OfMetaTemplate):
    """It was in Meta's list, and is not any more."""

    TYPE: ClassVar[str] = "gateway.meta-template-gone.v1"
    gone_at: AwareDatetime


PUBLISHED: tuple[type[Event], ...] = (
    TemplateRequestTaken,
    TemplateRequestRefused,
    MetaTemplateSeen,
    MetaTemplateGone,
)
