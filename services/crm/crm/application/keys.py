"""The unique rows by which things are found: no personal data, only fingerprints of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.store import UniqueKey
from recado_chassis.work import Work
from recado_events.identity import Alias, spellings
from recado_events.ids import ConversationId, CustomerId, OrganisationId

from crm.views.folding import folded

SAME_NAMED = 50
"""Companies of one name that are found by it: people who see only their own may each have one."""


class Keys:
    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints

    def numbers(self, organisation_id: OrganisationId, aliases: Iterable[Alias]) -> list[UniqueKey]:
        """Each number as it is: of two contacts whose numbers are spellings of one another, each owns its own."""
        told = (alias.value for alias in aliases if alias.kind == "wa_id")
        return [self._key("number", organisation_id, "phone", value) for value in dict.fromkeys(told)]

    def spelled(self, organisation_id: OrganisationId, aliases: Iterable[Alias]) -> list[UniqueKey]:
        """Every spelling under which these aliases may be known."""
        return [self._key("alias", organisation_id, *told) for told in spellings(aliases)]

    def aliases(self, organisation_id: OrganisationId, aliases: Iterable[Alias]) -> list[UniqueKey]:
        """Numbers as they are and every spelling."""
        told = list(aliases)
        return [*self.numbers(organisation_id, told), *self.spelled(organisation_id, told)]

    def companies(self, organisation_id: OrganisationId, name: str) -> list[UniqueKey]:
        """Of companies with this name, the first one's before the second one's. Names are the same whatever their case
        and accents."""
        first = self._key("company", organisation_id, "company", " ".join(folded(name).split()))
        return [first, *(first._replace(value=f"{first.value}-{place}") for place in range(2, SAME_NAMED + 1))]

    def _key(self, kind: str, organisation_id: OrganisationId, *what: str) -> UniqueKey:
        scope = str(organisation_id)
        return UniqueKey(kind, scope, self._fingerprints.of(scope, *what))


def customer_key(organisation_id: OrganisationId, customer_id: CustomerId) -> UniqueKey:
    return UniqueKey("customer", str(organisation_id), str(customer_id))


def conversation_key(organisation_id: OrganisationId, conversation_id: ConversationId) -> UniqueKey:
    return UniqueKey("conversation", str(organisation_id), str(conversation_id))


def record_key(organisation_id: OrganisationId, conversation_id: ConversationId) -> UniqueKey:
    return UniqueKey("record", str(organisation_id), str(conversation_id))


def owners_of(work: Work, keys: Sequence[UniqueKey]) -> list[str]:
    """Of keys that are taken one after the other."""
    work.look_up(keys)
    return [owner for key in keys if (owner := work.find(key)) is not None]
