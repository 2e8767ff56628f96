"""What the examples of templates hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events import meta_templates as m
from recado_events import templates as t
from recado_events.contracts import story as s
from recado_events.event import Event

_FORM = t.TemplateForm(
    name="cake_ready",
    language="en_US",
    category="UTILITY",
    body="Hello #{contact.first_name}, your cake is ready to be picked up.",
    footer="Aurora Bakery",
    buttons=(t.TemplateButton(kind="quick_reply", text="On my way"),),
    fields=(t.MergeField(name="contact.first_name", sample="Maria", fallback="there"),),
)
_BY_HELENA = dict.fromkeys(("drafted_by", "submitted_by", "requested_by", "deleted_by", "edited_by"), s.HELENA)
_CONTENT = m.MetaContent(
    body="Hello {{1}}, your cake is ready to be picked up.",
    footer="Aurora Bakery",
    buttons=(t.TemplateButton(kind="quick_reply", text="On my way"),),
    examples=(m.MetaExample(component="body", name="1", value="Maria"),),
)
_SEEN = {"name": "cake_ready", "language": "en_US"}

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    t.TemplateDrafted: {**_BY_HELENA, "form": _FORM},
    t.TemplateEdited: {**_BY_HELENA, "form": _FORM},
    t.TemplateSubmitted: {**_BY_HELENA, "form": _FORM, "meta_template_id": None},
    t.TemplateReviewStarted: {"category": "UTILITY"},
    t.TemplateSubmissionFailed: {"reason": "name_taken", "meta_code": 100, "meta_subcode": 2388024},
    t.TemplateApproved: {"form": _FORM, "category": "UTILITY"},
    t.TemplateRejected: {"reason": "wrong_category", "meta_reason": "INCORRECT_CATEGORY"},
    t.TemplatePaused: {"meta_reason": "FIRST_PAUSE"},
    t.TemplateDisabled: {"meta_reason": "DISABLED"},
    t.TemplateRecategorised: {"previous": "UTILITY", "category": "MARKETING"},
    t.TemplateQualityRated: {"quality": "GREEN"},
    t.TemplateDeletionRequested: {**_BY_HELENA, "name": "cake_ready"},
    t.TemplateFound: {"form": _FORM},
    t.TemplateDeletionFailed: {"reason": "authorisation_lost", "meta_code": 190},
    t.TemplateDeleted: _BY_HELENA,
    m.TemplateRequestTaken: {"status": "PENDING", "category": "UTILITY", "evidence": "answer"},
    m.TemplateRequestRefused: {"reason": "name_taken", "meta_code": 100, "meta_subcode": 2388024},
    m.MetaTemplateSeen: {**_SEEN, "status": "APPROVED", "category": "UTILITY", "quality": "GREEN", "texts": _CONTENT},
    m.MetaTemplateGone: _SEEN,
}
