"""What decisions look at, loaded into a unit of work, and how their facts are recorded with the rows that find them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events.conversations import (
    ConversationOpened,
    CustomerAliasesAdded,
    CustomerIdentified,
    CustomersMerged,
)
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.identity import Alias, spellings
from recado_events.ids import ConversationId, CustomerId, MessageId, OrganisationId, PhoneNumberId

from conversations.application import snapshots
from conversations.domain import (
    attachments,
    company,
    contact,
    customer,
    desk,
    foretold,
    message,
    past,
    phone_book,
    quick_replies,
    saved_views,
    selling,
    team,
    template,
    wamid,
)
from conversations.domain.customer import Customer
from conversations.domain.desk import Desk
from conversations.domain.foretold import Foretold
from conversations.domain.message import Message
from conversations.domain.noted import ContactStandingNoted
from conversations.domain.places import ConversationPlace
from conversations.domain.private import IdentityChangeForetold
from conversations.domain.refusals import OutOfScope
from conversations.domain.saved_views import SavedViews
from conversations.domain.team import Team
from conversations.domain.wamid import Wamid

FOLDS: dict[str, Fold[Any]] = {
    "team": Fold(team.Team(), team.evolve),
    "desk": Fold(desk.Desk(), desk.evolve, snapshots.DESK),
    "customer": Fold(customer.NOBODY, customer.evolve),
    "message": Fold(message.ABSENT, message.evolve),
    "wamid": Fold(wamid.UNBOUND, wamid.evolve),
    "template": Fold(template.UNKNOWN, template.evolve),
    "contact": Fold(contact.STRANGER, contact.evolve),
    "company": Fold(company.NO_COMPANY, company.evolve),
    "replies": Fold(quick_replies.QuickReplies(), quick_replies.evolve),
    "past": Fold(past.Known(), past.evolve),
    "card": Fold(phone_book.NO_CARD, phone_book.evolve),
    "attachment": Fold(attachments.NONE, attachments.evolve),
    "views": Fold(saved_views.SavedViews(), saved_views.evolve),
    "pipeline": Fold(selling.NO_PIPELINE, selling.evolve_pipeline),
    "record": Fold(selling.NO_RECORD, selling.evolve_record),
    "foretold": Fold(foretold.NOTHING, foretold.evolve),
    "update": Fold(0, lambda seen, _: seen + 1),
}
FORETOLD = "foretold-"
"""Streams with such names own aliases too: those of people never seen."""
_REMEMBERED = 10_000
"""Keys of so many sightings: one is asked for several times, and who writes once writes again."""


def fold_of(stream: str) -> Fold[Any]:
    return FOLDS[stream.split("-", 1)[0]]


class Scene:
    """Reads and writes of one service, in its own words, over any unit of work."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints
        self._keys = lru_cache(_REMEMBERED)(self._made_keys)

    def team(self, work: Work, organisation_id: OrganisationId) -> Team:
        return cast(Team, self._state(work, f"team-{organisation_id}"))

    def desk(self, work: Work, organisation_id: OrganisationId, phone_number_id: PhoneNumberId) -> Desk:
        return cast(Desk, self._state(work, f"desk-{organisation_id}-{phone_number_id}"))

    def customer(self, work: Work, customer_id: CustomerId) -> Customer:
        return cast(Customer, self._state(work, f"customer-{customer_id}"))

    def message(self, work: Work, message_id: MessageId) -> Message:
        return cast(Message, self._state(work, f"message-{message_id}"))

    def wamid(self, work: Work, wamid_id: MessageId) -> Wamid:
        return cast(Wamid, self._state(work, f"wamid-{wamid_id}"))

    def saved_views(self, work: Work, organisation_id: OrganisationId) -> SavedViews:
        return cast(SavedViews, self._state(work, f"views-{organisation_id}"))

    def seen_before(self, work: Work, update_id: MessageId) -> bool:
        return bool(self._state(work, f"update-{update_id}"))

    def _state(self, work: Work, stream: str) -> Any:
        return work.state(stream, fold_of(stream))

    # Finding ---------------------------------------------------------------------------------------

    def alias_keys(
        self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, aliases: Iterable[Alias]
    ) -> tuple[UniqueKey, ...]:
        """Every spelling under which these aliases may have been seen, as keys without personal data."""
        return self._keys("alias", str(organisation_id), (phone_number_id,), tuple(aliases))

    def person_keys(self, organisation_id: OrganisationId, aliases: Iterable[Alias]) -> tuple[UniqueKey, ...]:
        """The same whatever business number they write to."""
        return self._keys("person", str(organisation_id), (), tuple(aliases))

    def _made_keys(
        self, kind: str, scope: str, within: tuple[str, ...], aliases: tuple[Alias, ...]
    ) -> tuple[UniqueKey, ...]:
        of = self._fingerprints.of
        return tuple(UniqueKey(kind, scope, of(scope, *within, *told)) for told in spellings(aliases))

    def owners(self, work: Work, keys: Sequence[UniqueKey]) -> list[CustomerId]:
        """The customers that these keys name, each once, in the order of the keys; survivors for merged ones."""
        found = [owner for owner in self._named_by(work, keys) if not owner.startswith(FORETOLD)]
        return list(dict.fromkeys(self.survivor(work, CustomerId(UUID(owner))) for owner in found))

    def foretold(self, work: Work, keys: Sequence[UniqueKey]) -> dict[str, Foretold]:
        """What was told of people never seen whom these keys name, by its stream."""
        streams = [owner for owner in self._named_by(work, keys) if owner.startswith(FORETOLD)]
        return {stream: cast(Foretold, self._state(work, stream)) for stream in streams}

    def _named_by(self, work: Work, keys: Sequence[UniqueKey]) -> list[str]:
        work.look_up(keys)
        return list(dict.fromkeys(owner for key in keys if (owner := work.find(key)) is not None))

    def survivor(self, work: Work, customer_id: CustomerId) -> CustomerId:
        while (into := self.customer(work, customer_id).merged_into) is not None:
            customer_id = into
        return customer_id

    def place_of(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId
    ) -> ConversationPlace:
        """Raises OutOfScope where the organisation has no such conversation."""
        owner = work.find(_conversation_key(organisation_id, conversation_id))
        if owner is None:
            raise OutOfScope
        phone_number_id, customer_id = owner.split(":", 1)
        return ConversationPlace(
            organisation_id=organisation_id,
            phone_number_id=PhoneNumberId(phone_number_id),
            customer_id=CustomerId(UUID(customer_id)),
            conversation_id=conversation_id,
        )

    # Recording -------------------------------------------------------------------------------------

    def record(self, work: Work, facts: Sequence[Event], cause: Cause) -> None:
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        work.record(facts, cause)
        for fact in facts:
            self._index(work, fact)

    def _index(self, work: Work, fact: Event) -> None:
        match fact:
            case ConversationOpened():
                owner = f"{fact.phone_number_id}:{fact.customer_id}"
                work.claim(_conversation_key(fact.organisation_id, fact.conversation_id), owner)
            case CustomerIdentified() | CustomerAliasesAdded() if fact.personal is not None:
                self._own(work, fact, fact.personal.aliases)
            case IdentityChangeForetold() if fact.personal is not None:
                told = (*fact.personal.old, *fact.personal.new)
                for key in self.alias_keys(fact.organisation_id, fact.phone_number_id, told):
                    work.move(key, fact.stream)
            case ContactStandingNoted():
                for link in fact.links:
                    work.move(contact_key(fact.organisation_id, link.customer_id), str(fact.contact_id))
            case CustomersMerged():
                merged = self.customer(work, fact.merged_id)
                self._own(work, fact, merged.aliases)

    def _own(
        self, work: Work, fact: CustomerIdentified | CustomerAliasesAdded | CustomersMerged, aliases: Sequence[Alias]
    ) -> None:
        org = fact.organisation_id
        keys = [*self.alias_keys(org, fact.phone_number_id, aliases), *self.person_keys(org, aliases)]
        work.look_up(keys)
        for key in keys:
            work.move(key, str(fact.customer_id))


def _conversation_key(organisation_id: OrganisationId, conversation_id: ConversationId) -> UniqueKey:
    return UniqueKey("conversation", str(organisation_id), str(conversation_id))


def contact_key(organisation_id: OrganisationId, customer_id: CustomerId) -> UniqueKey:
    return UniqueKey("contact", str(organisation_id), str(customer_id))
