"""What conversations hears: Meta's updates, the fate of its own messages, channels, and who owns contacts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from recado_chassis.ports import Clock
from recado_chassis.service import Heard, Hears, Reaction
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events import catalogue, crm, gateway, media
from recado_events.event import Event
from recado_events.inbound import InboundType, InboundUpdate

from conversations.adapters.kafka import business
from conversations.adapters.kafka.hearing import (
    attachment_of,
    channel_of,
    customer_owners_of,
    outcome_of,
)
from conversations.adapters.kafka.meta import Command, decode
from conversations.application import Arriving, Attaching, Delivering, Listening
from conversations.application.importing import Importing, streams_of
from conversations.application.phone_books import PhoneBooks
from conversations.application.scene import FORETOLD, Scene, fold_of
from conversations.commands import (
    Arrival,
    ChangeIdentity,
    ImportPast,
    NotePhoneBook,
    ReceiveEdit,
    ReceiveReaction,
    ReceiveRevoke,
    RecordStatus,
    SetAsideUpdate,
    SetMarketing,
)

E = TypeVar("E", bound=Event)
Outcome = gateway.MessageAccepted | gateway.MessageRejected | gateway.MessageOutcomeUnknown
_REMEMBERED = 2_000


class Inbound:
    """Reactions to Meta's updates. A record is decoded once, though it is asked for keys, streams and its effect."""

    def __init__(
        self, arriving: Arriving, delivering: Delivering, scene: Scene, *, reactions_open_window: bool
    ) -> None:
        self._arriving = arriving
        self._delivering = delivering
        self._scene = scene
        self._importing, self._phone_books = Importing(scene), PhoneBooks(scene)
        self._decode = partial(decode, reactions_open_window=reactions_open_window)
        self._decoded: OrderedDict[tuple[str, int, int], Command | None] = OrderedDict()

    def reaction(self) -> Reaction:
        return Reaction(handle=self._handle, keys=self._keys, streams=self._streams)

    def _command(self, heard: Heard) -> Command | None:
        place = heard.topic, heard.partition, heard.offset
        if place not in self._decoded:
            self._decoded[place] = self._decode(heard.type, cast(InboundUpdate, heard.body))
            if len(self._decoded) > _REMEMBERED:
                self._decoded.popitem(last=False)
        return self._decoded[place]

    def _handle(self, work: Work, heard: Heard) -> None:
        command = self._command(heard)
        match command:
            case Arrival():
                self._arriving.receive(work, command, heard.cause)
            case RecordStatus():
                self._delivering.record_status(work, command, heard.cause)
            case ChangeIdentity():
                self._arriving.change_identity(work, command, heard.cause)
            case SetMarketing():
                self._arriving.set_marketing(work, command, heard.cause)
            case ImportPast():
                self._importing.import_past(work, command, heard.cause)
            case NotePhoneBook():
                self._phone_books.note(work, command, heard.cause)
            case SetAsideUpdate():
                self._arriving.set_aside(work, command, heard.cause)

    def _keys(self, heard: Heard) -> Iterable[UniqueKey]:
        command = self._command(heard)
        match command:
            case Arrival() | SetMarketing():
                people = self._scene.person_keys(command.organisation_id, command.sighting.aliases)
                return [*self._alias_keys(command), *people]
            case ChangeIdentity() | NotePhoneBook():
                return self._alias_keys(command)
        return ()

    def _alias_keys(self, command: Command | None) -> Sequence[UniqueKey]:
        match command:
            case Arrival() | SetMarketing():
                aliases = command.sighting.aliases
            case ChangeIdentity():
                aliases = (*command.old, *command.new)
            case NotePhoneBook():
                aliases = tuple(alias for told in command.cards for alias in told.aliases)
            case _:
                return ()
        return self._scene.alias_keys(command.organisation_id, command.phone_number_id, aliases)

    def _streams(self, heard: Heard, work: Work) -> Mapping[str, Fold[Any]]:
        command = self._command(heard)
        if command is None:
            return {}
        owners = [owner for key in self._alias_keys(command) if (owner := work.find(key)) is not None]
        names = [owner if owner.startswith(FORETOLD) else f"customer-{owner}" for owner in owners]
        match command:
            case Arrival():
                org = command.organisation_id
                names += [
                    f"message-{command.message_id}",
                    f"team-{org}",
                    f"desk-{org}-{command.phone_number_id}",
                ]
                if command.by_business:
                    names.append(f"wamid-{command.message_id}")
                if isinstance(command, ReceiveReaction | ReceiveEdit | ReceiveRevoke):
                    names += [f"wamid-{command.target_id}", f"message-{command.target_id}"]
            case RecordStatus():
                names += [f"wamid-{command.wamid_id}", f"message-{command.wamid_id}"]
                if command.tagged_id is not None:
                    names.append(f"message-{command.tagged_id}")
            case ImportPast():
                names += streams_of(command)
            case NotePhoneBook():
                desk = f"desk-{command.organisation_id}-{command.phone_number_id}"
                names += [desk, *self._phone_books.streams_of(command)]
            case SetAsideUpdate():
                names.append(f"update-{command.update_id}")
        return {name: fold_of(name) for name in names}


def _on(event: type[E], handle: Callable[[Work, E, Heard], None]) -> tuple[str, Reaction]:
    def react(work: Work, heard: Heard) -> None:
        handle(work, cast(E, heard.body), heard)

    return event.TYPE, Reaction(handle=react)


def hears(
    arriving: Arriving,
    delivering: Delivering,
    listening: Listening,
    scene: Scene,
    clock: Clock,
    *,
    reactions_open_window: bool = True,
) -> list[Hears]:
    """The dispatch table: all that conversations hears, and what it does then."""
    inbound = Inbound(arriving, delivering, scene, reactions_open_window=reactions_open_window).reaction()

    def when_outcome(work: Work, event: Outcome, heard: Heard) -> None:
        delivering.note_outcome(work, outcome_of(event), heard.cause)

    def when_channel(
        work: Work, event: gateway.ChannelConnectionStarted | gateway.ChannelDisconnected, heard: Heard
    ) -> None:
        arriving.note_channel(work, channel_of(event), heard.cause)

    def when_media(work: Work, event: media.MediaStored | media.MediaLost, heard: Heard) -> None:
        attaching.note_attachment(work, attachment_of(event), heard.cause)

    def when_contact_owner(work: Work, event: crm.ContactLinked | crm.ContactOwnerChanged, heard: Heard) -> None:
        contacts[event.TYPE].handle(work, heard)
        for command in customer_owners_of(event):
            arriving.note_contact_owner(work, command, heard.cause)

    attaching = Attaching(scene)
    contacts = business.of_contacts(listening)
    return [
        Hears(catalogue.INBOUND, dict.fromkeys(InboundType, inbound)),
        Hears(
            catalogue.GATEWAY,
            dict(
                [
                    _on(gateway.MessageAccepted, when_outcome),
                    _on(gateway.MessageRejected, when_outcome),
                    _on(gateway.MessageOutcomeUnknown, when_outcome),
                    _on(media.MediaStored, when_media),
                    _on(media.MediaLost, when_media),
                    _on(gateway.ChannelConnectionStarted, when_channel),
                    _on(gateway.ChannelDisconnected, when_channel),
                ]
            ),
        ),
        Hears(
            catalogue.CRM,
            {
                **contacts,
                **business.of_pipelines(listening),
                **dict([_on(crm.ContactLinked, when_contact_owner), _on(crm.ContactOwnerChanged, when_contact_owner)]),
            },
        ),
        Hears(catalogue.TEMPLATES, business.of_templates(listening)),
        Hears(catalogue.BILLING, business.of_billing(listening, clock)),
    ]
