"""Why a chat is not begun and a template not sent, by the names on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class UnknownContact(Refusal):
    rule = "unknown_contact"
    status = 422
    message = "There is no such contact."


class UnknownPipelineRecord(Refusal):
    rule = "unknown_pipeline_record"
    status = 422
    message = "There is no such pipeline record."


class PipelineRecordWithoutContact(Refusal):
    rule = "pipeline_record_without_contact"
    message = "This pipeline record has no contact to write to."


class PipelineRecordOfAnother(Refusal):
    rule = "pipeline_record_of_another"
    message = "This pipeline record is another contact's."


class UnknownTemplate(Refusal):
    rule = "unknown_template"
    status = 422
    message = "This channel has no such template that was ever approved."


class TemplateNotApproved(Refusal):
    rule = "template_not_approved"
    message = "This template may not be sent: Meta has not approved it, or has paused, disabled or archived it."


class TemplateUnsupported(Refusal):
    rule = "template_unsupported"
    message = "This template was made elsewhere and has parts that cannot be filled in here."


class TemplateChanged(Refusal):
    rule = "template_changed"
    message = "The template is not what it was when the message was asked for."


class MarketingRefused(Refusal):
    rule = "marketing_stopped"
    message = "This customer wants no marketing messages."


class EditionFrozen(Refusal):
    rule = "edition_frozen"
    message = "The organisation's edition has no WhatsApp: nothing can be sent until it has."


class ValuesDoNotFit(Refusal):
    rule = "values_do_not_fit"
    status = 422
    message = "The template cannot be filled in; see errors."


class InvalidNumber(Refusal):
    rule = "invalid_number"
    status = 422
    message = "There is no such phone number. Write it with its country code, or as people of the channel's country do."


class NobodyNamed(Refusal):
    rule = "contact_or_number"
    status = 422
    message = "Say who it is for: contact_id, pipeline_record_id or number, one of them."
