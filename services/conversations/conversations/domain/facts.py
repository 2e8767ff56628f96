"""The one fact that an update about a message leaves, whatever follows from it besides."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch

from recado_events.conversations import (
    Echoed,
    Edited,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Reacted,
    ReactionReceived,
    Received,
    Revoked,
)
from recado_events.event import Event
from recado_events.ids import MessageId

from conversations.commands import (
    Arrival,
    ReceiveEcho,
    ReceiveEdit,
    ReceiveMessage,
    ReceiveReaction,
    ReceiveRevoke,
)
from conversations.domain.places import ConversationPlace


class _Common(ConversationPlace):
    message_id: MessageId
    occurred_at: datetime
    received_at: datetime


def _common(command: Arrival, talk: ConversationPlace) -> _Common:
    return _Common(**talk, message_id=command.message_id, occurred_at=command.occurred_at, received_at=command.now)


@singledispatch
def fact_of(command: Arrival, talk: ConversationPlace) -> Event:
    raise TypeError(f"{type(command).__name__} is not an arrival that can be received")


@fact_of.register
def _(command: ReceiveMessage, talk: ConversationPlace) -> Event:
    return MessageReceived(
        **_common(command, talk),
        kind=command.content.kind,
        source_ordinal=command.source_ordinal,
        reply_to=command.reply_to,
        forwarded=command.forwarded,
        from_ad=command.referral is not None,
        personal=Received(
            wamid=command.wamid,
            content=command.content,
            sender_name=command.sighting.profile_name,
            referral=command.referral,
            referred_product=command.referred_product,
        ),
    )


@fact_of.register
def _(command: ReceiveReaction, talk: ConversationPlace) -> Event:
    reacted = Reacted(wamid=command.wamid, emoji=command.emoji)
    return ReactionReceived(
        **_common(command, talk), target_id=command.target_id, by_business=command.by_business, personal=reacted
    )


@fact_of.register
def _(command: ReceiveEcho, talk: ConversationPlace) -> Event:
    return MessageEchoed(
        **_common(command, talk),
        kind=command.content.kind,
        source_ordinal=command.source_ordinal,
        reply_to=command.reply_to,
        personal=Echoed(wamid=command.wamid, content=command.content),
    )


@fact_of.register
def _(command: ReceiveEdit, talk: ConversationPlace) -> Event:
    return MessageEdited(
        **_common(command, talk),
        target_id=command.target_id,
        by_business=command.by_business,
        personal=Edited(wamid=command.wamid, content=command.content),
    )


@fact_of.register
def _(command: ReceiveRevoke, talk: ConversationPlace) -> Event:
    return MessageRevoked(
        **_common(command, talk),
        target_id=command.target_id,
        by_business=command.by_business,
        personal=Revoked(wamid=command.wamid),
    )
