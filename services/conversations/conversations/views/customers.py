"""Customers, their windows, and their conversations."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as told
from recado_events.trigrams import marked, trigrams_of

from conversations.domain.customer import newest_of
from conversations.domain.private import FreeEntryNoted
from conversations.views.change import Change, Changes, changes, of_conversation, of_customer
from conversations.views.words import spellings_of, words_of


def _identity(event: told.CustomerIdentified | told.CustomerAliasesAdded | told.CustomerRenamed) -> Change:
    who = event.personal
    newest = newest_of(who.aliases if who else ())
    wa_id, user_id = newest.get("wa_id"), newest.get("user_id")
    return of_customer(
        event,
        "customer_known",
        name=who.profile_name or who.book_name if who else None,
        username=who.username if who else None,
        wa_id=wa_id.value if wa_id else None,
        user_id=user_id.value if user_id else None,
        **_found_by(event, wa_id.value if wa_id else None),
    )


def _found_by(
    event: told.CustomerIdentified | told.CustomerAliasesAdded | told.CustomerRenamed, wa_id: str | None
) -> dict[str, Any]:
    """What is None is as it was before, like the names and the number themselves."""
    who, org = event.personal, event.organisation_id
    name = who.profile_name or who.book_name if who else None
    numbers = spellings_of(wa_id)
    trigrams = dict.fromkeys(trigram for number in numbers for trigram in trigrams_of(number))
    return {
        "name_words": marked(org, words_of(name)) if name else None,
        "username_words": marked(org, words_of(who.username)) if who and who.username else None,
        "numbers": " ".join(numbers) or None,
        "trigrams": marked(org, trigrams) if numbers else None,
    }


@changes.register
def _(event: told.CustomerIdentified, position: int) -> Changes:
    yield _identity(event)


@changes.register
def _(event: told.CustomerAliasesAdded, position: int) -> Changes:
    yield _identity(event)


@changes.register
def _(event: told.CustomerRenamed, position: int) -> Changes:
    yield _identity(event)


@changes.register
def _(event: told.CustomerMergedInto, position: int) -> Changes:
    yield of_customer(event, "customer_merged", merged_into=event.survivor_id)


@changes.register
def _(event: told.ServiceWindowOpened, position: int) -> Changes:
    yield of_customer(event, "window", closes_at=event.closes_at)


@changes.register
def _(event: told.ServiceWindowExtended, position: int) -> Changes:
    yield of_customer(event, "window", closes_at=event.closes_at)


@changes.register
def _(event: FreeEntryNoted, position: int) -> Changes:
    yield of_customer(event, "free_entry", free_until=event.free_until)


@changes.register
def _(event: told.ConversationOpened, position: int) -> Changes:
    yield of_conversation(
        event,
        "conversation_opened",
        state="open" if event.initiated_by == "customer" else "awaiting_reply",
        initiated_by=event.initiated_by,
        previous_id=event.previous_id,
        opened_at=event.opened_at,
    )


@changes.register
def _(event: told.ConversationAssigned, position: int) -> Changes:
    yield of_conversation(event, "conversation_assigned", user_id=event.user_id)
    yield of_conversation(
        event,
        "owner_noted",
        position=position,
        user_id=event.user_id,
        how=event.how,
        assigned_by=event.assigned_by,
        assigned_at=event.assigned_at,
    )


@changes.register
def _(event: told.ConversationUnassigned, position: int) -> Changes:
    """Nobody's; `how` says why."""
    yield of_conversation(event, "conversation_assigned", user_id=None)
    yield of_conversation(
        event,
        "owner_noted",
        position=position,
        user_id=None,
        how=event.reason,
        assigned_by=None,
        assigned_at=event.unassigned_at,
    )


@changes.register
def _(event: told.ConversationAnswered, position: int) -> Changes:
    yield of_conversation(event, "conversation_state", state="open", closed_at=None)


@changes.register
def _(event: told.ConversationReopened, position: int) -> Changes:
    yield of_conversation(event, "activity", noted_at=event.reopened_at)
    yield of_conversation(event, "conversation_state", state="open", closed_at=None)


@changes.register
def _(event: told.ConversationClosed, position: int) -> Changes:
    yield of_conversation(event, "conversation_state", state="closed", closed_at=event.closed_at)


@changes.register
def _(event: told.ConversationRead, position: int) -> Changes:
    yield of_conversation(event, "read_up_to", user_id=event.user_id, up_to_id=event.up_to_id)
