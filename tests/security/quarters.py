"""Each service alone on a database, with two organisations: everybody of the matrix, and what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from recado_chassis.caller import CallerRole
from recado_events import conversations as told_by
from recado_events.ids import OrganisationId, ProfileId, UserId

from tests.harness.on_database import ServiceOnDatabase, token, told
from tests.security.permissions import VIEWERS, Viewer, Whose
from tests.security.routes import absent

Key = Viewer | None
"""None: the colleague."""


@dataclass(frozen=True)
class Person:
    organisation: OrganisationId
    role: CallerRole
    user: UserId = field(default_factory=lambda: UserId(uuid4()))
    profile: ProfileId = field(default_factory=lambda: ProfileId(uuid4()))

    @property
    def headers(self) -> dict[str, str]:
        return token(self.role, self.organisation, self.user, self.profile if self.role == "member" else None)


@dataclass(frozen=True)
class Belongings:
    """`ids` stand in paths and bodies; `marks` are shown to nobody whose scope hides the thing, `secrets` to its owner
    alone."""

    ids: dict[str, str]
    marks: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    everybodys: bool = False
    """Of the whole organisation, whatever the scope."""


class Organisation:
    """Somebody for each viewer, and a colleague whose profile may do everything. The first viewer administers."""

    def __init__(self, viewers: Sequence[Viewer]) -> None:
        self.id = OrganisationId(uuid4())
        self.people: dict[Key, Person] = {viewer: self._person(viewer.role) for viewer in viewers}
        self.people[None] = self._person("member")
        self.things: dict[Key, Belongings] = {}

    def _person(self, role: str) -> Person:
        return Person(self.id, "administrator" if role == "administrator" else "member")

    @property
    def administrator(self) -> Person:
        return self.people[VIEWERS[0]]

    def levels(self) -> dict[Key, tuple[str, str]]:
        """What each profile is granted; those are left out that are granted nothing."""
        found = {key: (key.level, key.scope) if key else ("view_reply", "all") for key in self.people}
        return {key: (level, scope) for key, (level, scope) in found.items() if level and scope}

    def granted(self) -> list[Any]:
        """As conversations tells it."""
        by: Any = {"organisation_id": self.id, "granted_by": self.administrator.user, "granted_at": datetime.now(UTC)}
        return [
            told_by.ProfileGranted(**by, profile_id=self.people[key].profile, level=level, scope=scope)
            for key, (level, scope) in self.levels().items()
        ]


class Quarters:
    """`house` has all viewers, `street` is the other organisation."""

    def __init__(self, service: ServiceOnDatabase) -> None:
        self.service = service
        self.house, self.street = Organisation(VIEWERS), Organisation(VIEWERS[:1])

    @property
    def organisations(self) -> tuple[Organisation, Organisation]:
        return self.house, self.street

    def hears(self, *events: Any) -> None:
        self.service.hears(*[told(event) for event in events])

    def things_of(self, viewer: Viewer, whose: Whose) -> Belongings:
        if whose == "foreign":
            return self.street.things[None]
        return self.house.things[viewer if whose == "own" else None]

    def ids(self, viewer: Viewer, whose: Whose) -> dict[str, str]:
        """Of what this viewer has, else of nothing."""
        users = {"own": str(self.house.people[viewer].user), "anothers": str(self.house.people[None].user)}
        return {**absent(), **users, **self.things_of(viewer, whose).ids}

    def visible(self, viewer: Viewer) -> set[str]:
        """Marks of all that this viewer's scope shows."""
        things = self.house.things.items()
        return {
            mark
            for key, each in things
            if each.everybodys or viewer.sees("own" if key == viewer else "anothers")
            for mark in each.marks
        }

    def listed(self, viewer: Viewer) -> set[str]:
        """What stands in a whole list: the first mark of each thing."""
        first = {each.marks[0] for each in self.house.things.values()}
        return self.visible(viewer) & first

    def hidden(self, viewer: Viewer) -> set[str]:
        everything = [each for where in self.organisations for each in where.things.values()]
        found = {mark for each in everything for mark in (*each.marks, *each.secrets)}
        return found - self.visible(viewer) - set(self.house.things[viewer].secrets)


def mark_of(place: int, organisation: OrganisationId) -> str:
    """A word that nobody else has."""
    return f"sinal{place}x{organisation.hex[:8]}"
