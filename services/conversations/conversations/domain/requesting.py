"""A template message: asked for, and let go once its credits are reserved, both times under the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from recado_events.conversations import (
    MessageRefused,
    MessageReleased,
    MessageRequested,
    MessageWithdrawn,
    Released,
    TemplateUse,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import OrganisationId, UserId
from recado_events.refusal import Refusal
from recado_events.templates import TemplateForm

from conversations.commands import ExpireRequest, NoteReservation, Person, SendTemplate, StartChat
from conversations.domain.beginning_refusals import EditionFrozen, MarketingRefused, TemplateChanged, UnknownTemplate
from conversations.domain.customer import Customer
from conversations.domain.desk import Desk
from conversations.domain.message import Message
from conversations.domain.noted import RequestTermsNoted
from conversations.domain.places import ConversationPlace
from conversations.domain.refusals import ChannelIsDisconnected, CustomerIsBlocked, NumberNeeded, UnknownChannel
from conversations.domain.team import Team
from conversations.domain.template import Template, digest_of

TIME_TO_LIVE = timedelta(minutes=15)
_REASONS = {
    "template_not_approved": "template_not_approved",
    "unknown_template": "template_not_approved",
    "template_unsupported": "template_changed",
    "template_changed": "template_changed",
    "marketing_stopped": "marketing_stopped",
    "channel_disconnected": "channel_disconnected",
    "unknown_channel": "channel_disconnected",
    "edition_frozen": "edition_frozen",
    "customer_blocked": "customer_blocked",
    "number_needed": "template_changed",
}
"""Why a message is withdrawn, by the rule that says no; other rules are about who asked."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a template message is decided on, when it is asked for and again when it may go."""

    desk: Desk
    team: Team
    template: Template
    no_marketing: bool
    """Whether the customer wants none of it."""
    is_blocked: bool = False
    has_number: bool = True
    """False for whom WhatsApp knows by user id alone."""


def wants_no_marketing(customers: Iterable[Customer]) -> bool:
    """All of them are one person; their newest wish counts, of two at the same time the one for none (rule 38)."""
    wishes = [(each.marketing_told_at, each.marketing_stopped) for each in customers if each.marketing_told_at]
    return max(wishes)[1] if wishes else False


def has_number(aliases: Iterable[Alias]) -> bool:
    """Also of nobody: there is nothing that could be sent to then."""
    kinds = {alias.kind for alias in aliases}
    return "wa_id" in kinds or "user_id" not in kinds


def check(terms: Terms, organisation_id: OrganisationId, by: Person, assignee: UserId | None) -> TemplateForm:
    """Everything that must hold when a message is asked for and still when it leaves; the form to send.

    `assignee`: whose conversation it is.
    """
    terms.team.check_may_change(by, assignee)
    if terms.desk.waba_id is None:
        raise UnknownChannel
    if not terms.desk.connected:
        raise ChannelIsDisconnected
    if terms.team.organisation.is_frozen:
        raise EditionFrozen
    if terms.is_blocked:
        raise CustomerIsBlocked
    form = terms.template.sendable(organisation_id, terms.desk.waba_id)
    if terms.template.is_marketing and terms.no_marketing:
        raise MarketingRefused
    if terms.template.needs_number and not terms.has_number:
        raise NumberNeeded
    return form


def request(
    command: StartChat | SendTemplate, place: ConversationPlace, template: Template, personal: Released
) -> list[Event]:
    """Everything was checked: it may be paid for."""
    if template.form is None or template.waba_id is None:
        raise UnknownTemplate
    by, form = command.by, template.form
    use = TemplateUse(
        template_id=command.choice.template_id,
        waba_id=template.waba_id,
        name=form.name,
        language=form.language,
        category=template.category,
    )
    return [
        MessageRequested(
            **place,
            message_id=command.message_id,
            kind=personal.content.kind,
            template=use,
            requested_by=by.user_id,
            requested_at=command.now,
            send_by=command.now + TIME_TO_LIVE,
            personal=personal,
        ),
        RequestTermsNoted(
            **place,
            message_id=command.message_id,
            form_digest=digest_of(form),
            role=by.role,
            profile_id=by.profile_id,
            noted_at=command.now,
        ),
    ]


def settle(command: NoteReservation, message: Message, terms: Terms, assignee: UserId | None) -> list[Event]:
    """What becomes of a request that billing has answered: it leaves, or not, once and for all."""
    asked = message.request
    if asked is None:
        return []
    at = _place(asked)
    if command.refused is not None:
        return [MessageRefused(**at, reason=command.refused, refused_at=command.now)]
    reason = _obstacle(asked, message.terms, terms, assignee, command.now)
    if reason is not None:
        return [MessageWithdrawn(**at, reason=reason, withdrawn_at=command.now)]
    return [
        MessageReleased(
            **at,
            kind=asked.kind,
            template=asked.template,
            released_by=asked.requested_by,
            released_at=command.now,
            send_by=asked.send_by,
            personal=asked.personal,
        )
    ]


def expire(command: ExpireRequest, message: Message) -> list[Event]:
    """Billing has not answered in time, and an answer could not let it leave any more: people are told so."""
    asked = message.request
    if asked is None or command.now < asked.send_by:
        return []
    return [MessageWithdrawn(**_place(asked), reason="expired", withdrawn_at=command.now)]


def _place(asked: MessageRequested) -> dict[str, Any]:
    ids = "organisation_id", "phone_number_id", "customer_id", "conversation_id", "message_id"
    return {name: getattr(asked, name) for name in ids}


def _obstacle(
    asked: MessageRequested, then: RequestTermsNoted | None, terms: Terms, assignee: UserId | None, now: datetime
) -> str | None:
    """Why it may not leave any more."""
    if now >= asked.send_by:
        return "expired"
    if asked.personal is None:
        return "erased"
    try:
        form = check(terms, asked.organisation_id, _person(asked, then, terms.team), assignee)
        if then is None or digest_of(form) != then.form_digest or terms.template.category != asked.template.category:
            raise TemplateChanged
    except Refusal as refusal:
        return _REASONS.get(refusal.rule, "not_permitted")
    return None


def _person(asked: MessageRequested, then: RequestTermsNoted | None, team: Team) -> Person:
    """Who asked, with the role and profile of now; of somebody unregistered, with those of then."""
    user = team.users.get(asked.requested_by)
    if user is not None:
        return Person(asked.requested_by, user.role, user.profile_id)
    return Person(asked.requested_by, then.role, then.profile_id) if then else Person(asked.requested_by, "member")
