"""The rules that say no, by the names they have on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class UnknownTemplate(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such template."


class UnknownAccount(Refusal):
    rule = "unknown_waba"
    status = 422
    message = "No connected number of yours belongs to this WhatsApp Business Account."


class TemplateInvalid(Refusal):
    rule = "template_invalid"
    status = 422
    message = "The template breaks limits; see violations."


class UnderReview(Refusal):
    rule = "under_review"
    message = "Meta is looking at this template: wait for the answer."


class NotEditable(Refusal):
    rule = "not_editable"
    message = "Meta lets templates be edited while they are approved, rejected or paused."


class TemplateUnsupported(Refusal):
    rule = "template_unsupported"
    message = "It was made elsewhere and has parts that cannot be written here; see parts."


class EditedTooOften(Refusal):
    rule = "edited_too_often"
    message = "Meta takes one edit of an approved template a day, and ten in 30 days."


class NothingToSubmit(Refusal):
    rule = "nothing_to_submit"
    message = "Meta has this template as it is written here."


class NoPermission(Refusal):
    rule = "no_permission"
    status = 403
    message = "Your profile has no permission for this; an administrator can grant it."
