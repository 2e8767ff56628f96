"""The dispatch table: all that crm hears, and what it does then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from recado_chassis.service import Heard, Hears, Reaction
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events import catalogue
from recado_events import conversations as told
from recado_events.envelope import Cause
from recado_events.event import Event

from crm.adapters.kafka import hearing
from crm.application import Book, Listening
from crm.application.folds import fold_of
from crm.application.keys import conversation_key, customer_key, record_key

E = TypeVar("E", bound=Event)
C = TypeVar("C")


def hears(listening: Listening, book: Book) -> list[Hears]:
    when = Reactions(book).when
    table = [
        when(told.CustomerIdentified, hearing.met, listening.meet_customer),
        when(told.CustomerAliasesAdded, hearing.met, listening.meet_customer),
        when(told.CustomerRenamed, hearing.met, listening.meet_customer),
        when(told.CustomersMerged, hearing.merged, listening.merge_customers),
        when(told.CustomerMergedInto, hearing.merged_into, listening.merge_customers),
        when(told.ConversationOpened, hearing.opened, listening.start_conversation),
        when(told.ConversationAssigned, hearing.assigned, listening.assign_conversation),
        when(told.ConversationUnassigned, hearing.unassigned, listening.unassign_conversation),
        when(told.ConversationClosed, hearing.closed, listening.close_conversation),
        when(told.ConversationReopened, hearing.reopened, listening.reopen_conversation),
        when(told.MessageReceived, hearing.card, listening.name_company),
        when(told.UserRegistered, hearing.registered, listening.note_user),
        when(told.UserRoleAssigned, hearing.role_assigned, listening.note_user),
        when(told.UserActivated, hearing.active, listening.note_user),
        when(told.UserDeactivated, hearing.inactive, listening.note_user),
        when(told.ProfileGranted, hearing.granted, listening.note_grant),
        when(told.ProfileGrantWithdrawn, hearing.withdrawn, listening.note_grant),
    ]
    return [Hears(catalogue.CONVERSATIONS, dict(table))]


@dataclass(frozen=True, slots=True)
class Reactions:
    """Makes the entries of the table: an event becomes a command, if it says anything, which goes to its use case."""

    book: Book

    def when(
        self, kind: type[E], command_of: Callable[[E], C | None], use_case: Callable[[Work, C, Cause], None]
    ) -> tuple[str, Reaction]:
        def handle(work: Work, heard: Heard) -> None:
            command = command_of(cast(E, heard.body))
            if command is not None:
                use_case(work, command, heard.cause)

        return kind.TYPE, Reaction(handle=handle, keys=self._keys, streams=self._streams)

    def _keys(self, heard: Heard) -> Iterable[UniqueKey]:
        event = heard.body
        if not isinstance(event, told.OfCustomer) or _says_nothing(event):
            return
        org = event.organisation_id
        yield customer_key(org, event.customer_id)
        match event:
            case told.OfConversation():
                yield conversation_key(org, event.conversation_id)
                yield record_key(org, event.conversation_id)
            case told.CustomersMerged():
                yield customer_key(org, event.merged_id)
            case told.CustomerMergedInto():
                yield customer_key(org, event.survivor_id)
            case told.CustomerIdentified() | told.CustomerAliasesAdded() if event.personal is not None:
                yield from self.book.keys.aliases(org, event.personal.aliases)

    def _streams(self, heard: Heard, work: Work) -> Mapping[str, Fold[Any]]:
        event = heard.body
        if not isinstance(event, told.OfCustomer):
            return {f"staff-{event.organisation_id}": fold_of("staff-")}
        found = ((key.kind, work.find(key)) for key in self._keys(heard))
        streams = ((f"{'record' if kind == 'record' else 'contact'}-{owner}") for kind, owner in found if owner)
        ahead = {stream: fold_of(stream) for stream in streams}
        if isinstance(event, told.ConversationOpened):
            ahead[f"organisation-{event.organisation_id}"] = fold_of("organisation-")
        return ahead


def _says_nothing(event: Event) -> bool:
    """Of messages only those with a card that names a company."""
    return isinstance(event, told.MessageReceived) and hearing.card(event) is None
