"""Callers in the words of templates."""

from __future__ import annotations

from dataclasses import replace

from recado_chassis.caller import Caller, Standing
from recado_chassis.streams import Streams
from recado_events.ids import OrganisationId

from templates.application.shelf import FOLDS
from templates.commands import Person
from templates.domain.staff import ADMINISTRATOR, Staff


def check_may_look(caller: Caller, streams: Streams) -> None:
    """Raises NoPermission for a member whose profile was granted nothing."""
    person = Person(caller.user_id, caller.role, caller.profile_id)
    _staff(streams, caller.organisation).check_may_look(person)


def standing(streams: Streams) -> Standing:
    """What an organisation says of a user holds over their token: who was deactivated may not come in any more, an
    administrator who became a member is one, and a member has the profile that was told."""

    def now(who: Caller) -> Caller | None:
        if who.organisation_id is None:
            return who
        known = _staff(streams, who.organisation_id).known(who.user_id)
        if not known.active:
            return None
        if known.role in {None, ADMINISTRATOR}:
            return who
        return replace(who, role="member", profile_id=known.profile_id)

    return now


def _staff(streams: Streams, organisation_id: OrganisationId) -> Staff:
    found: Staff = streams.read(f"staff-{organisation_id}", FOLDS["staff"])
    return found
