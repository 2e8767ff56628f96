"""Rules of a number, whether it is connected, and when somebody wrote, as far as ends of conversations depend on it."""

from __future__ import annotations

from recado_events import conversations as told

from conversations.domain.private import ActivityNoted, ChannelNoted
from conversations.views.change import Changes, changes, of_conversation, of_organisation


@changes.register
def _(event: told.ConversationRulesChosen, position: int) -> Changes:
    yield of_organisation(
        event, "rules_chosen", phone_number_id=event.phone_number_id, close_after=event.close_after_seconds
    )


@changes.register
def _(event: ChannelNoted, position: int) -> Changes:
    yield of_organisation(event, "channel_noted", phone_number_id=event.phone_number_id, connected=event.connected)


@changes.register
def _(event: ActivityNoted, position: int) -> Changes:
    yield of_conversation(event, "activity", noted_at=event.noted_at)
