"""One update of Meta with what every command needs from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from recado_events.ids import MessageId, OrganisationId, PhoneNumberId, wamid_id
from recado_events.inbound import InboundUpdate

from conversations.adapters.kafka.meta_people import InvalidUpdate, moment_of
from conversations.commands import SetAsideUpdate
from conversations.domain.meta_values import as_text, object_of, text_of


class Told:
    """`reactions_open_window` is a policy: whether a customer's reaction counts as a message (rule 1)."""

    def __init__(self, update: InboundUpdate, *, reactions_open_window: bool = True) -> None:
        if update.organisation_id is None or update.phone_number_id is None:
            raise InvalidUpdate("it belongs to no number that is served here")
        self.update = update
        self.organisation_id: OrganisationId = update.organisation_id
        self.phone_number_id: PhoneNumberId = update.phone_number_id
        self.body = object_of(update.update)
        self.reactions_open_window = reactions_open_window

    def id_of(self, wamid: Any) -> MessageId:
        found = self.named(wamid)
        if found is None:
            raise InvalidUpdate("it has no id")
        return found

    def named(self, wamid: Any) -> MessageId | None:
        """The message that another one is about, where it names one."""
        text = text_of(wamid)
        return None if text is None else wamid_id(self.organisation_id, self.phone_number_id, text)

    def raw(self) -> str:
        return as_text(self.update.update)

    def set_aside(self) -> SetAsideUpdate:
        """Named by its own content, so that a repetition is the same one."""
        raw = self.raw()
        name = f"{self.organisation_id}:{self.phone_number_id}:{self.update.field}:{self.update.entry_time}:{raw}"
        return SetAsideUpdate(
            organisation_id=self.organisation_id,
            phone_number_id=self.phone_number_id,
            update_id=MessageId(uuid5(UUID(int=0), name)),
            field=self.update.field,
            raw=raw,
            now=moment_of(self.update, None).now,
        )

    def arrival(self, **about: Any) -> dict[str, Any]:
        moment = moment_of(self.update, self.body.get("timestamp"))
        return {
            "organisation_id": self.organisation_id,
            "phone_number_id": self.phone_number_id,
            "message_id": self.id_of(self.body.get("id")),
            "wamid": text_of(self.body.get("id")),
            "occurred_at": moment.occurred_at,
            "plausible": moment.plausible,
            "source_ordinal": self.update.ordinal,
            "now": moment.now,
            **about,
        }
