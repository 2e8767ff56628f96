"""The rules that say no, by the names they have on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class WindowClosed(Refusal):
    rule = "window_closed"
    message = "The 24-hour window after the customer's last message is over: only an approved template may be sent."


class AwaitingReply(Refusal):
    rule = "awaiting_reply"
    message = "The customer has not answered yet: the chat becomes available with the answer."


class ConversationIsClosed(Refusal):
    rule = "conversation_closed"
    message = "The conversation is closed: reopen it first."


class AnotherIsOpen(Refusal):
    rule = "another_conversation_open"
    message = "This customer already has an open conversation."


class CustomerIsBlocked(Refusal):
    rule = "customer_blocked"
    message = "This customer is blocked: unblock them first."


class CannotBeBlocked(Refusal):
    rule = "cannot_be_blocked"
    message = "Only a customer who wrote within the last 24 hours can be blocked."


class ChannelIsDisconnected(Refusal):
    rule = "channel_disconnected"
    message = "The channel is disconnected: its conversations are read-only."


class ViewOnly(Refusal):
    rule = "view_only"
    status = 403
    message = "Your profile may view conversations, not change them."


class NoPermission(Refusal):
    rule = "no_permission"
    status = 403
    message = "Your profile has no permission for this; an administrator can grant it."


class OutOfScope(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such conversation."


class NotEligible(Refusal):
    rule = "not_eligible"
    status = 422
    message = "This user cannot own conversations: not registered, not active, or without permission to reply."


class UnknownUser(Refusal):
    rule = "unknown_user"
    status = 404
    message = "There is no such user."


class NoRecipient(Refusal):
    rule = "no_recipient"
    message = "Nothing is known of this customer that WhatsApp can send to."


class NumberNeeded(Refusal):
    rule = "number_needed"
    message = "This kind of template can only be sent to a phone number, and the customer's is not known."


class UnknownMessage(Refusal):
    rule = "unknown_message"
    status = 422
    message = "There is no such message in this conversation."


class NotYetAccepted(Refusal):
    rule = "not_yet_accepted"
    message = "WhatsApp has not accepted that message yet, so nothing can refer to it."


class UnknownAttachment(Refusal):
    rule = "unknown_attachment"
    status = 404
    message = "There is no such file in this conversation."


class AttachmentTypeNotAllowed(Refusal):
    rule = "attachment_type_not_allowed"
    status = 422
    message = "Files of this kind cannot be sent; its name must end with one of the allowed extensions."


class AttachmentMismatch(Refusal):
    rule = "attachment_type_mismatch"
    status = 422
    message = "The file is not what its name says: extension, declared type and content must agree."


class AttachmentTooLarge(Refusal):
    rule = "attachment_too_large"
    status = 413
    message = "The file is larger than WhatsApp takes of its kind."


class AttachmentEmpty(Refusal):
    rule = "attachment_empty"
    status = 422
    message = "The file is empty."


class DangerousAttachment(Refusal):
    rule = "attachment_dangerous"
    status = 422
    message = "The file is known to be harmful and cannot be sent."


class CaptionNotAllowed(Refusal):
    rule = "caption_not_allowed"
    status = 422
    message = "WhatsApp shows no caption beside audio."


class AttachmentFetching(Refusal):
    rule = "attachment_fetching"
    message = "The file is still being fetched from WhatsApp. Try again shortly."


class AttachmentLost(Refusal):
    rule = "attachment_lost"
    status = 410
    message = "The file could not be fetched from WhatsApp, and cannot be any more."


class AttachmentQuarantined(Refusal):
    rule = "attachment_quarantined"
    status = 403
    message = "The file is known to be harmful and is not handed out."


class UnknownChannel(Refusal):
    rule = "unknown_channel"
    status = 422
    message = "There is no such channel."


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


class UnknownQuickReply(Refusal):
    rule = "unknown_quick_reply"
    status = 404
    message = "There is no such quick reply."


class ShortcutTaken(Refusal):
    rule = "shortcut_taken"
    message = "Another quick reply has this shortcut."


class TooManyQuickReplies(Refusal):
    rule = "too_many_quick_replies"
    message = "An organisation has at most 500 quick replies: remove one first."


class UnknownMergeField(Refusal):
    rule = "unknown_field"
    status = 422
    message = "The text has no such merge field, or there is none of that name."


class DatesReversed(Refusal):
    rule = "dates_reversed"
    status = 422
    message = "The span named here ends before it begins."


class NothingToSearch(Refusal):
    rule = "nothing_to_search"
    status = 422
    message = "There is neither a word nor a part of a number in this text."


class UnknownView(Refusal):
    rule = "view_not_found"
    status = 404
    message = "There is no such saved view."


class TooManyViews(Refusal):
    rule = "too_many_views"
    message = "There are as many saved views as there may be: remove one first."
