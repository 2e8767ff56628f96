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


class UnknownChannel(Refusal):
    rule = "unknown_channel"
    status = 422
    message = "There is no such channel."


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


class TooManyDays(Refusal):
    rule = "too_many_days"
    status = 422
    message = "More days than a report is made of at once; ask for them in parts."


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
