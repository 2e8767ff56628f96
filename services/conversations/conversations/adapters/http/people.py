"""Callers in the words of conversations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends
from recado_chassis.caller import Caller, Standing
from recado_chassis.http.callers import caller
from recado_chassis.streams import Streams

from conversations.application.scene import FOLDS
from conversations.commands import Person
from conversations.domain.refusals import NoPermission
from conversations.domain.team import OWN, Team
from conversations.domain.visibility import person_now
from conversations.views import Viewer

Looking = Annotated[Caller, Depends(caller("administrator", "member"))]


def person_of(caller: Caller) -> Person:
    return Person(caller.user_id, caller.role, caller.profile_id)


def viewer_of(caller: Caller, team: Team) -> Viewer:
    """Raises NoPermission for a user whose profile was granted nothing."""
    grant = team.grant_of(person_of(caller))
    if grant is None:
        raise NoPermission
    return Viewer(caller.organisation, caller.user_id, own_only=grant.scope == OWN)


def viewers(streams: Streams) -> Callable[[Caller], Viewer]:
    """A dependency: who looks, and at what their grant lets them. Raises NoPermission."""

    def viewer(who: Looking) -> Viewer:
        return viewer_of(who, streams.read(f"team-{who.organisation}", FOLDS["team"]))

    return viewer


def standing(streams: Streams) -> Standing:
    """What an organisation says of a user holds over their token: who was deactivated may not come in any more, an
    administrator who became a member is one, and a member has the profile that is registered."""

    def now(who: Caller) -> Caller | None:
        if who.organisation_id is None:
            return who
        before = person_of(who)
        person = person_now(before, streams.read(f"team-{who.organisation_id}", FOLDS["team"]))
        if person is None or person == before:
            return None if person is None else who
        return replace(who, role="member", profile_id=person.profile_id)

    return now
