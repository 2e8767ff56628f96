"""The view of conversations as the library shows it: a ProjectionRunner, one event a commit with its rows and place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatchmethod
from typing import Any

from conversations.adapters.postgres.projection import STATEMENTS
from conversations.views.words import spellings_of, words_of
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection
from recado_events.content import Text
from recado_events.trigrams import marked, trigrams_of

from tests.bench.rivals.naive import Customer, Message

Row = tuple[str, dict[str, Any]]
"""The name of a statement, and its values."""

_COLUMNS = """message_id, organisation_id, conversation_id, customer_id, direction, kind, content, occurred_at,
    source_ordinal, position, reply_to, target_id, sent_by, wamid_id, send_by, forwarded"""

PLAIN: dict[str, str] = {
    **STATEMENTS,
    "window": "UPDATE customers SET window_closes_at = %(closes_at)s WHERE customer_id = %(customer_id)s",
    "last_message": """
        UPDATE conversations SET
            last_message_at = greatest(last_message_at, %(occurred_at)s),
            last_inbound_at = greatest(last_inbound_at, CASE WHEN %(inbound)s THEN %(occurred_at)s END)
        WHERE conversation_id = %(conversation_id)s""",
    "message": f"""
        INSERT INTO messages ({_COLUMNS})
        VALUES ({", ".join(f"%({name.strip()})s" for name in _COLUMNS.split(","))})""",
    "text": """
        INSERT INTO texts (conversation_id, message_id, customer_id, words)
        VALUES (%(conversation_id)s, %(message_id)s, %(customer_id)s,
                array_to_tsvector(string_to_array(%(words)s, ' ')))""",
}
"""Conversations' own statements, but for those that take a page at once: here they take one row, which is cheaper."""


class InboxView(PostgresTrackingRecorder):
    def write(self, rows: list[Row], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for statement, values in rows:
                cursor.execute(PLAIN[statement].encode(), values, prepare=True)
            self._insert_tracking(cursor, tracking)


class InboxProjection(Projection[InboxView]):
    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.write(list(rows_of(domain_event, tracking.notification_id)), tracking)


def rows_of(event: Any, position: int) -> Iterator[Row]:
    """The same rows that conversations writes for the same facts."""
    match event:
        case Customer.CustomerIdentified():  # type: ignore[attr-defined] # made by the decorator
            yield "customer_known", {
                "customer_id": event.originator_id, "organisation_id": event.organisation_id,
                "phone_number_id": event.phone_number_id, "name": event.profile_name, "username": None,
                "wa_id": event.wa_id, "user_id": None,
                "name_words": marked(event.organisation_id, words_of(event.profile_name)), "username_words": None,
                "numbers": " ".join(spellings_of(event.wa_id)),
                "trigrams": marked(event.organisation_id, trigrams_of(event.wa_id)),
            }  # fmt: skip
        case Customer.ConversationOpened():  # type: ignore[attr-defined]
            yield "conversation_opened", {
                "conversation_id": event.conversation_id, "organisation_id": event.organisation_id,
                "phone_number_id": event.phone_number_id, "customer_id": event.originator_id, "state": "open",
                "initiated_by": "customer", "previous_id": None, "opened_at": event.opened_at,
            }  # fmt: skip
        case Customer.ConversationAssigned():  # type: ignore[attr-defined]
            yield "conversation_assigned", {"user_id": event.user_id, "conversation_id": event.conversation_id}
            yield "owner_noted", {
                "conversation_id": event.conversation_id, "position": position, "user_id": event.user_id,
                "how": event.how, "assigned_by": None, "assigned_at": event.timestamp,
            }  # fmt: skip
        case Customer.ServiceWindowOpened() | Customer.ServiceWindowExtended():  # type: ignore[attr-defined]
            yield "window", {"closes_at": event.closes_at, "customer_id": event.originator_id}
        case Message.MessageReceived():  # type: ignore[attr-defined]
            yield from _message(event, position)


def _message(event: Any, position: int) -> Iterator[Row]:
    yield "message", {
        "message_id": event.originator_id, "organisation_id": event.organisation_id,
        "conversation_id": event.conversation_id, "customer_id": event.customer_id, "direction": "in", "kind": "text",
        "content": Text(body=event.text).model_dump_json().encode(), "occurred_at": event.occurred_at,
        "source_ordinal": 0, "position": position, "reply_to": None, "target_id": None, "sent_by": None,
        "wamid_id": event.originator_id, "send_by": None, "forwarded": False,
    }  # fmt: skip
    yield "text", {
        "conversation_id": event.conversation_id, "message_id": event.originator_id, "customer_id": event.customer_id,
        "words": " ".join(marked(event.organisation_id, words_of(event.text))),
    }  # fmt: skip
    yield "last_message", {
        "conversation_id": event.conversation_id, "occurred_at": event.occurred_at, "inbound": True,
    }  # fmt: skip
