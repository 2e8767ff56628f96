"""Saved views: each person's own, and those that administrators share with everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from recado_events.event import Event
from recado_events.ids import UserId

from conversations.commands import Person, RemoveView, SaveView
from conversations.domain.kept import ViewRemoved, ViewSaved, ViewWords
from conversations.domain.refusals import NoPermission, TooManyViews, UnknownView
from conversations.domain.team import ADMINISTRATOR, Team

MOST_OWN, MOST_SHARED = 100, 100


@dataclass(frozen=True, slots=True)
class SavedViews:
    views: Mapping[UUID, ViewSaved] = field(default_factory=lambda: MappingProxyType({}))

    def check_room(self, user_id: UserId, shared: bool) -> None:
        """Raises TooManyViews."""
        alike = [each for each in self.views.values() if each.shared == shared and (shared or each.user_id == user_id)]
        if len(alike) >= (MOST_SHARED if shared else MOST_OWN):
            raise TooManyViews

    def found(self, view_id: UUID, by: Person) -> ViewSaved:
        """One that this person may change. Raises UnknownView for another person's own, as if there were none."""
        known = self.views.get(view_id)
        if known is None or not (known.shared or known.user_id == by.user_id):
            raise UnknownView
        if known.shared and by.role != ADMINISTRATOR:
            raise NoPermission
        return known


def evolve(saved: SavedViews, event: Event) -> SavedViews:
    match event:
        case ViewSaved():
            return SavedViews(MappingProxyType({**saved.views, event.view_id: event}))
        case ViewRemoved():
            return SavedViews(
                MappingProxyType({view_id: each for view_id, each in saved.views.items() if view_id != event.view_id})
            )
    return saved


def save_view(command: SaveView, saved: SavedViews, team: Team) -> list[Event]:
    if team.grant_of(command.by) is None or (command.shared and command.by.role != ADMINISTRATOR):
        raise NoPermission
    before = None if command.is_new else saved.found(command.view_id, command.by)
    owner = command.by.user_id if before is None else before.user_id
    words = ViewWords(name=command.name, text=command.text)
    if before is not None and (before.shared, before.filters, before.personal) == (
        command.shared, command.filters, words,
    ):  # fmt: skip
        return []
    if before is None or before.shared != command.shared:
        saved.check_room(owner, command.shared)
    return [
        ViewSaved(
            organisation_id=command.organisation_id,
            view_id=command.view_id,
            user_id=owner,
            shared=command.shared,
            filters=command.filters,
            saved_by=command.by.user_id,
            saved_at=command.now,
            personal=words,
        )
    ]


def remove_view(command: RemoveView, saved: SavedViews, team: Team) -> list[Event]:
    if team.grant_of(command.by) is None:
        raise NoPermission
    known = saved.found(command.view_id, command.by)
    return [
        ViewRemoved(
            organisation_id=command.organisation_id,
            view_id=command.view_id,
            user_id=known.user_id,
            removed_by=command.by.user_id,
            removed_at=command.now,
        )
    ]
