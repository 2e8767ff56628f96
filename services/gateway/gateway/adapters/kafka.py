"""What the gateway hears: editions, released messages, requests about templates, statuses of what Meta took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from recado_chassis.service import Heard, Hears, Reaction
from recado_chassis.work import Fold, Work
from recado_events import catalogue
from recado_events.billing import EditionChanged, OfOrganisation, OrganisationRegistered
from recado_events.content import OutgoingMedia
from recado_events.conversations import (
    BlockReleased,
    MessageEchoed,
    MessageReceived,
    MessageReleased,
    OfUser,
    PastMessageImported,
    ReadReceiptReleased,
)
from recado_events.inbound import InboundType, InboundUpdate
from recado_events.templates import TemplateDeletionRequested, TemplateSubmitted

from gateway.application import Moving, Queueing, Sending, Staffing
from gateway.application.fetching import Announcing, Fetching
from gateway.application.folds import DISPATCH, EDITION, FETCH, STAFF, TEMPLATE_REQUEST, UPLOAD
from gateway.application.sending import Leaving
from gateway.application.staffing import note_edition
from gateway.domain.dispatch import dispatch_stream
from gateway.domain.edition import edition_stream
from gateway.domain.fetching import media_stream
from gateway.domain.staff import staff_stream
from gateway.domain.tags import Tag, Tags
from gateway.domain.template_request import template_request_stream
from gateway.domain.uploads import upload_stream


def hears(sending: Sending, staffing: Staffing, queueing: Queueing, tags: Tags, files: Moving) -> list[Hears]:
    """All of it, topic by topic."""
    inbound = Hears(catalogue.INBOUND, {InboundType.STATUS: _Evidence(sending, tags).reaction()})
    return [_from_conversations(sending, staffing, files.fetching), _from_templates(queueing), _from_billing(), inbound]


def _from_conversations(sending: Sending, staffing: Staffing, fetching: Fetching) -> Hears:
    def when_released(work: Work, heard: Heard) -> None:
        event = cast(Leaving, heard.body)
        sending.queue_message(work, event, heard.partition, heard.cause)

    def when_user_changed(work: Work, heard: Heard) -> None:
        staffing.note_user(work, cast(OfUser, heard.body), heard.cause)

    def dispatch(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        event = cast(Leaving, heard.body)
        content = event.personal.content if event.personal else None
        found: dict[str, Fold[Any]] = {dispatch_stream(event.message_id): DISPATCH}
        if isinstance(content, OutgoingMedia):
            found[upload_stream(event.organisation_id, event.phone_number_id, content.sha256)] = UPLOAD
        return found

    def staff(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        return {staff_stream(cast(OfUser, heard.body).organisation_id): STAFF}

    def when_received(work: Work, heard: Heard) -> None:
        fetching.queue(work, cast(Announcing, heard.body), heard.cause)

    def media(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        event = cast(Announcing, heard.body)
        return {media_stream(event.message_id): FETCH} if event.kind in Fetching.KINDS else {}

    released, changed = Reaction(when_released, streams=dispatch), Reaction(when_user_changed, streams=staff)
    received = Reaction(when_received, streams=media)
    reactions = dict.fromkeys((MessageReleased.TYPE, ReadReceiptReleased.TYPE, BlockReleased.TYPE), released)
    reactions |= dict.fromkeys((MessageReceived.TYPE, MessageEchoed.TYPE, PastMessageImported.TYPE), received)
    return Hears(catalogue.CONVERSATIONS, reactions | {event.TYPE: changed for event in Staffing.HEARS})


def _from_templates(queueing: Queueing) -> Hears:
    def when_asked(work: Work, heard: Heard) -> None:
        queueing.queue(work, cast(TemplateSubmitted | TemplateDeletionRequested, heard.body), heard.cause)

    def request(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        asked = cast(TemplateSubmitted | TemplateDeletionRequested, heard.body)
        return {template_request_stream(asked.request_id): TEMPLATE_REQUEST}

    asked = Reaction(when_asked, streams=request)
    return Hears(catalogue.TEMPLATES, {TemplateSubmitted.TYPE: asked, TemplateDeletionRequested.TYPE: asked})


def _from_billing() -> Hears:
    def when_edition_settled(work: Work, heard: Heard) -> None:
        note_edition(work, cast(OrganisationRegistered | EditionChanged, heard.body), heard.cause)

    def edition(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        return {edition_stream(cast(OfOrganisation, heard.body).organisation_id): EDITION}

    settled = Reaction(when_edition_settled, streams=edition)
    return Hears(catalogue.BILLING, {OrganisationRegistered.TYPE: settled, EditionChanged.TYPE: settled})


class _Evidence:
    """A status that carries our tag proves that Meta took that attempt, and names the wamid."""

    def __init__(self, sending: Sending, tags: Tags) -> None:
        self._sending = sending
        self._tags = tags

    def reaction(self) -> Reaction:
        return Reaction(handle=self._handle, streams=self._streams)

    def _handle(self, work: Work, heard: Heard) -> None:
        tag, status = self._tag(heard), _status(heard)
        wamid = _text(status.get("id"))
        if tag is None or wamid is None:
            return
        wa_id, user_id = _text(status.get("recipient_id")), _text(status.get("recipient_user_id"))
        self._sending.note_evidence(work, tag, wamid, wa_id, user_id, heard.cause)

    def _streams(self, heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        tag = self._tag(heard)
        return {} if tag is None else {dispatch_stream(tag.message_id): DISPATCH}

    def _tag(self, heard: Heard) -> Tag | None:
        """One that was made here, for this number of this organisation."""
        update = cast(InboundUpdate, heard.body)
        text = _text(_status(heard).get("biz_opaque_callback_data"))
        if text is None or update.organisation_id is None or update.phone_number_id is None:
            return None
        return self._tags.verify(update.organisation_id, update.phone_number_id, text)


def _status(heard: Heard) -> Mapping[str, Any]:
    update = cast(InboundUpdate, heard.body).update
    return update if isinstance(update, dict) else {}


def _text(value: Any) -> str | None:
    """An empty text is an absent one; one that cannot be stored says nothing."""
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    return value if value.isascii() else None
