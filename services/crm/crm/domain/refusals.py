"""The rules that say no, by the names they have on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class NotFound(Refusal):
    rule = "not_found"
    status = 404


class UnknownContact(NotFound):
    message = "There is no such contact."


class UnknownCompany(NotFound):
    message = "There is no such company."


class UnknownPipelineRecord(NotFound):
    message = "There is no such pipeline record."


class UnknownPipeline(NotFound):
    message = "There is no such pipeline."


class UnknownField(NotFound):
    message = "There is no such custom field."


class UnknownConversation(NotFound):
    message = "There is no such conversation."


class UnknownStage(Refusal):
    rule = "unknown_stage"
    status = 422
    message = "There is no such stage, or it is retired."


class UnknownStageOfPipeline(Refusal):
    rule = "unknown_stage"
    status = 422
    message = "The pipeline has no such stage: leave stage_id out to add one."


class StageInRule(Refusal):
    rule = "stage_in_rule"
    message = "A channel opens pipeline records there: change its rules first."


class TooMany(Refusal):
    rule = "limit_reached"
    message = "There are as many of these as there may be."


class TooMuch(Refusal):
    rule = "contact_too_large"
    status = 422
    message = "The fields of one contact take at most `limit` bytes together."


class UnknownCurrency(Refusal):
    rule = "unknown_currency"
    status = 422
    message = "This is no currency of ISO 4217."


class AmountTooLarge(Refusal):
    rule = "amount_too_large"
    status = 422
    message = "An amount has at most 9,007,199,254,740,991 minor units."


class FieldExists(Refusal):
    rule = "field_exists"
    message = "There is a custom field of that name already; a retired one keeps its name."


class BadChoices(Refusal):
    rule = "bad_choices"
    status = 422
    message = "A field of type choice has choices, each key once; other fields have none."


class BadFieldValue(Refusal):
    rule = "invalid_field"
    status = 422
    message = "This value does not fit the field; `field` names it and `expected` says what does."


class UnknownFieldValue(Refusal):
    rule = "unknown_field"
    status = 422
    message = "There is no such field, or it is retired; `field` names it."


class UnknownRelation(NotFound):
    message = "There is no such contact or company; `relation` says which."


class ContactIsSuperseded(Refusal):
    rule = "contact_superseded"
    message = "This contact was found to be the same person as another one: change that one."


class ViewOnly(Refusal):
    rule = "view_only"
    status = 403
    message = "Your profile may view contacts, not change them."


class NoPermission(Refusal):
    rule = "no_permission"
    status = 403
    message = "Your profile has no permission for this; an administrator can grant it."


class UnknownUser(Refusal):
    rule = "unknown_user"
    status = 422
    message = "There is no such active user."


class SameContact(Refusal):
    rule = "same_contact"
    status = 422
    message = "A contact cannot be merged with itself."


class NotMerged(Refusal):
    rule = "not_merged"
    message = "Nobody merged this contact; one that was found to be the same person by its identity stays so."


class NumberKnown(Refusal):
    rule = "number_known"
    message = "There is a contact with this number already."


class OtherNumber(Refusal):
    rule = "other_number"
    status = 422
    message = "The contact that is named has no such number."


class NothingKnown(Refusal):
    rule = "nothing_known"
    status = 422
    message = "A contact has a name, a number or an e-mail address."


class UnknownImport(NotFound):
    message = "There is no such import."


class ImportPartOutOfOrder(Refusal):
    rule = "import_part_out_of_order"
    message = "Send the parts one after the other; `next` is the number of the next one."


class ImportFinished(Refusal):
    rule = "import_finished"
    message = "This import is finished: start another one."
