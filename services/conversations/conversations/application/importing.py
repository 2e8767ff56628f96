"""Takes in what the phone app tells of earlier times; nobody becomes a customer by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID, uuid5

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import MessageId, OrganisationId, PhoneNumberId

from conversations.application.scene import Scene, fold_of
from conversations.commands import ImportPast, PastMessage
from conversations.domain import past


class Importing:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def import_past(self, work: Work, command: ImportPast, cause: Cause) -> None:
        work.load({name: fold_of(name) for name in streams_of(command)})
        for message in command.messages:
            known = cast(past.Known, work.state(stream_of(message.message_id), fold_of("past-")))
            thread_id = self._thread_of(command, message)
            work.record(past.import_message(command, message, thread_id, known), cause)

    def _thread_of(self, command: ImportPast, message: PastMessage) -> UUID:
        """By the number where there is one: Meta names people by it in the past, as the phone app does."""
        chosen = next((each for each in message.aliases if each.kind == "wa_id"), message.aliases[0])
        return self._thread(command.organisation_id, command.phone_number_id, chosen)

    def threads_of(
        self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, aliases: Iterable[Alias]
    ) -> list[UUID]:
        """Where the past of somebody who is known by these aliases stands."""
        return sorted({self._thread(organisation_id, phone_number_id, alias) for alias in aliases})

    def _thread(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, alias: Alias) -> UUID:
        """The same for all spellings of a number; without the key of the fingerprints nobody can tell whose it is."""
        keys = self._scene.alias_keys(organisation_id, phone_number_id, (alias,))
        return uuid5(organisation_id, min(key.value for key in keys))


def stream_of(message_id: MessageId) -> str:
    return f"past-{message_id}"


def streams_of(command: ImportPast) -> list[str]:
    return [stream_of(message.message_id) for message in command.messages]
