"""People keep lists with their filters under a name."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause

from conversations.application.scene import Scene
from conversations.commands import RemoveView, SaveView
from conversations.domain import saved_views


class Keeping:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def save_view(self, work: Work, command: SaveView, cause: Cause) -> None:
        team = self._scene.team(work, command.organisation_id)
        saved = self._scene.saved_views(work, command.organisation_id)
        self._scene.record(work, saved_views.save_view(command, saved, team), cause)

    def remove_view(self, work: Work, command: RemoveView, cause: Cause) -> None:
        team = self._scene.team(work, command.organisation_id)
        saved = self._scene.saved_views(work, command.organisation_id)
        self._scene.record(work, saved_views.remove_view(command, saved, team), cause)
