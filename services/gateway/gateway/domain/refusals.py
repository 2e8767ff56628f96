"""The rules that say no, by the names they have on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from recado_events.refusal import Refusal

_MEANINGS = {
    "code_missing": "This step needs the code that Embedded Signup hands over: resume with it.",
    "code_refused": "Meta did not take the code: it is good once, for 30 seconds. Go through Embedded Signup again.",
    "token_invalid": "Meta takes the access token no more. Go through Embedded Signup again, resume with its code.",
    "business_account_missing": "A prerequisite is missing: a Facebook Business Manager account that shares its "
    "WhatsApp Business Account with this app, for management and messaging. Share it in Embedded Signup, then resume.",
    "phone_number_missing": "A prerequisite is missing: this WhatsApp Business Account shows no such registered phone "
    "number. Add it there, then resume.",
    "number_taken": "This number is connected elsewhere, or was until a few minutes ago: disconnect it there, then "
    "resume after five minutes.",
    "pin_missing": "The number is not registered yet: resume with its six-digit PIN for two-step verification.",
    "refused_by_meta": "Meta refused this step; its code says why. Put it right there, then resume.",
}
_PREREQUISITES = {
    "business_account_missing": "facebook_business_manager_account",
    "phone_number_missing": "whatsapp_business_phone_number",
}


class UnknownChannel(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such channel."


class NumberTaken(Refusal):
    rule = "number_taken"
    message = _MEANINGS["number_taken"]


class StepRefused(Refusal):
    """A step of connecting failed; the channel stays `connecting` and may be resumed from it."""

    rule = "step_failed"

    def __init__(
        self,
        step: str,
        reason: str,
        meta_code: int | None = None,
        *,
        retry: bool = False,
        also: Sequence[str] = (),
    ) -> None:
        """`also`: further reasons that were found together with it."""
        message = _MEANINGS.get(reason, "Meta could not be asked, or could not answer. Resume in a moment.")
        super().__init__(message=" ".join([message, *(_MEANINGS[each] for each in also)]), step=step, reason=reason)
        if meta_code is not None:
            self.details["meta_code"] = meta_code
        if reason in _PREREQUISITES:
            self.details["missing"] = [_PREREQUISITES[each] for each in (reason, *also)]
        self.status = 502 if retry else 409 if reason == NumberTaken.rule else 422


class EditionWithoutWhatsApp(Refusal):
    rule = "edition_without_whatsapp"
    status = 403
    message = (
        "A prerequisite is missing: an edition with WhatsApp (Express, Premier or Bigin 360). Beside it you need a "
        "Facebook Business Manager account and a phone number registered for the WhatsApp Business API."
    )

    def __init__(self, edition: str | None, lacking: Sequence[str]) -> None:
        """`lacking`: what Meta was found to lack, by the reasons of failed steps."""
        missing = ["edition_with_whatsapp", *(_PREREQUISITES[reason] for reason in lacking)]
        super().__init__(edition=edition, missing=missing)


class StepsPending(Refusal):
    rule = "steps_pending"
    message = "The number is not fully connected yet: resume at the step named here, then save the details."


class ChannelIsDisconnected(Refusal):
    rule = "channel_disconnected"
    message = "The channel is disconnected: reconnect it first."


class UnknownSubscription(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such subscription."


class TooManySubscriptions(Refusal):
    rule = "too_many_subscriptions"
    message = "The organisation has as many subscriptions as it may have: delete one first."


class SourceNotSubscribed(Refusal):
    rule = "source_not_subscribed"
    status = 422
    message = "The subscription hears no type of this service: choose one first."


class PositionBeyondEnd(Refusal):
    rule = "position_beyond_end"
    status = 422
    message = "The log of this service does not reach that far yet."


class ReceiverForbidden(Refusal):
    rule = "receiver_forbidden"
    status = 422
    message = "The host of the URL is at an address that is private or reserved; nothing is sent there."


class ReceiverUnknown(Refusal):
    rule = "receiver_unknown"
    status = 422
    message = "The host of the URL has no address."
