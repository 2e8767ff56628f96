"""Callers in the words of crm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from recado_chassis.caller import Caller, Standing
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked
from recado_chassis.http.pages import Page, page
from recado_chassis.streams import Streams
from recado_events.ids import OrganisationId
from starlette.responses import Response

from crm.adapters.http.showing import as_talk
from crm.application.folds import FOLDS
from crm.commands import Person
from crm.domain.refusals import NoPermission
from crm.domain.staff import ADMINISTRATOR, OWN, Staff
from crm.views import Place, Row, Viewer

Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
SettingUp = Annotated[Asked, Depends(asked("administrator"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Paging = Annotated[Page, Depends(page)]
Search = Annotated[str | None, Query(min_length=1, max_length=200)]


def talks_page(at: Page, ask: Callable[[Place | None, int], list[Row]]) -> Response:
    """A page of conversations, newest first; `ask` is given where to go on and how many to fetch."""
    after = None if at.after is None else (datetime.fromisoformat(at.after[0]), UUID(at.after[1]))
    rows = ask(after, at.fetch)
    return at.answer(rows, lambda row: [row["started_at"].isoformat(), str(row["conversation_id"])], as_talk)


def viewing(streams: Streams) -> Callable[..., Viewer]:
    """A dependency of routes that show something: who looks, and at what they may."""

    def viewer(who: Looking) -> Viewer:
        return viewer_of(who, streams)

    return viewer


def person_of(caller: Caller) -> Person:
    return Person(caller.user_id, caller.role, caller.profile_id)


def viewer_of(caller: Caller, streams: Streams) -> Viewer:
    """Raises NoPermission for a user whose profile was granted nothing."""
    grant = _staff(streams, caller.organisation).grant_of(person_of(caller))
    if grant is None:
        raise NoPermission
    return Viewer(caller.organisation, caller.user_id, own_only=grant.scope == OWN)


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
