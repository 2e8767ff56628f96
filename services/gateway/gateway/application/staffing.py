"""What is known now of those who ask: editions; deactivated users stay outside, former administrators are members."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from recado_chassis.caller import Caller
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.billing import EditionChanged, OrganisationRegistered
from recado_events.conversations import OfUser, UserActivated, UserDeactivated, UserRegistered, UserRoleAssigned
from recado_events.envelope import Cause

from gateway.application.folds import EDITION, STAFF
from gateway.commands import NoteUser
from gateway.domain import edition
from gateway.domain.edition import edition_stream
from gateway.domain.staff import decide, staff_stream


def note_edition(work: Work, event: OrganisationRegistered | EditionChanged, cause: Cause) -> None:
    known = work.state(edition_stream(event.organisation_id), EDITION)
    work.record(edition.note_edition(event.organisation_id, event.edition, event.happened_at, known), cause)


class Staffing:
    HEARS: ClassVar[tuple[type[OfUser], ...]] = (UserRegistered, UserRoleAssigned, UserActivated, UserDeactivated)

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def note_user(self, work: Work, event: OfUser, cause: Cause) -> None:
        command = NoteUser(
            organisation_id=event.organisation_id,
            user_id=event.user_id,
            role=event.role if isinstance(event, UserRegistered | UserRoleAssigned) else None,
            active=None if isinstance(event, UserRoleAssigned) else not isinstance(event, UserDeactivated),
            now=event.happened_at,
        )
        work.record(decide(command, work.state(staff_stream(event.organisation_id), STAFF)), cause)

    def standing(self, who: Caller) -> Caller | None:
        """None for who may not come in any more; a token never makes anybody more than it says."""
        if who.organisation_id is None:
            return who
        known = self._streams.read(staff_stream(who.organisation_id), STAFF).known(who.user_id)
        if not known.active:
            return None
        return replace(who, role="member") if who.role == "administrator" and known.role == "member" else who
