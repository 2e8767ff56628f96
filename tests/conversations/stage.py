"""One organisation's conversations on a memory store: people, customers who write, agents who answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from conversations.application import Arriving, Delivering, People, Talking
from conversations.application.scene import FOLDS, Scene
from conversations.commands import (
    AssignConversation,
    ChooseRota,
    CloseConversation,
    GrantProfile,
    NoteContactOwner,
    NoteOutcome,
    Person,
    ReceiveEcho,
    ReceiveEdit,
    ReceiveMessage,
    ReceiveReaction,
    ReceiveRevoke,
    RecordStatus,
    RegisterUser,
    ReopenConversation,
    Reply,
    SetAvailability,
    SetMarketing,
    Sighting,
    WithdrawGrant,
)
from conversations.domain.customer import Customer
from conversations.domain.private import PRIVATE
from recado_events.content import Content, OutgoingText, Text
from recado_events.conversations import PUBLISHED, CustomerIdentified, MetaError
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ConversationId, CustomerId, MessageId, PhoneNumberId, ProfileId, UserId, wamid_id

from tests.harness.on_memory import (
    ADMINISTRATOR_ID,
    FINGERPRINTS,
    NOON,
    NUMBER,
    ORGANISATION,
    PROFILE,
    OnMemory,
    number,
    user_alias,
)

__all__ = [
    "ADMINISTRATOR",
    "ANYBODY",
    "NOON",
    "NUMBER",
    "ORGANISATION",
    "OTHER_NUMBER",
    "PROFILE",
    "Stage",
    "number",
    "user_alias",
]

ADMINISTRATOR = Person(ADMINISTRATOR_ID, "administrator")
ANYBODY = number("5511987654321")
OTHER_NUMBER = PhoneNumberId("106540352242933")


class Stage(OnMemory):
    """Commands in, facts out. `now` is whatever the test says."""

    def __init__(self) -> None:
        super().__init__((*PUBLISHED, *PRIVATE))
        self.scene = Scene(FINGERPRINTS)
        self.arriving = Arriving(self.scene, self.ids)
        self.delivering = Delivering(self.scene, self.ids)
        self.people = People(self.scene)
        self.talking = Talking(self.scene)

    def customer(self, customer_id: CustomerId) -> Customer:
        state: Customer = self.streams.read(f"customer-{customer_id}", FOLDS["customer"])
        return state

    # Given -----------------------------------------------------------------------------------------------

    def agents(self, count: int, profile: ProfileId | None = PROFILE) -> list[UserId]:
        """Registered members whose profile may view and reply."""
        self.grant("view_reply", "all")
        agents = [UserId(uuid4()) for _ in range(count)]
        for index, agent in enumerate(agents):
            self.register(agent, name=f"Agent {index}", profile=profile)
        return agents

    def register(
        self, user_id: UserId, *, name: str = "Ana", profile: ProfileId | None = PROFILE, active: bool = True
    ) -> list[Event]:
        command = RegisterUser(
            organisation_id=ORGANISATION,
            user_id=user_id,
            name=name,
            role="member",
            profile_id=profile,
            active=active,
            by=ADMINISTRATOR.user_id,
            now=self.now,
        )
        return self.do(self.people.register_user, command)

    def grant(self, level: str, scope: str, profile: ProfileId = PROFILE) -> list[Event]:
        command = GrantProfile(
            organisation_id=ORGANISATION,
            profile_id=profile,
            level=level,
            scope=scope,
            by=ADMINISTRATOR.user_id,
            now=self.now,
        )
        return self.do(self.people.grant_profile, command)

    def withdraws(self, profile: ProfileId = PROFILE) -> list[Event]:
        command = WithdrawGrant(
            organisation_id=ORGANISATION, profile_id=profile, by=ADMINISTRATOR.user_id, now=self.now
        )
        return self.do(self.people.withdraw_grant, command)

    def goes(self, user_id: UserId, online: bool) -> list[Event]:
        """Online, or offline."""
        command = SetAvailability(organisation_id=ORGANISATION, user_id=user_id, online=online, now=self.now)
        return self.do(self.people.set_availability, command)

    def rota(self, members: Sequence[UserId], *, only_online: bool = False, at: PhoneNumberId = NUMBER) -> list[Event]:
        command = ChooseRota(
            organisation_id=ORGANISATION,
            phone_number_id=at,
            members=tuple(members),
            only_online=only_online,
            by=ADMINISTRATOR.user_id,
            now=self.now,
        )
        return self.do(self.people.choose_rota, command)

    def owns(self, user_id: UserId, customer_id: CustomerId | None = None) -> list[Event]:
        """crm tells who owns the contact: of this customer, or of the only one."""
        command = NoteContactOwner(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            customer_id=customer_id or self.one(CustomerIdentified).customer_id,
            owner_id=user_id,
            now=self.now,
        )
        return self.do(self.arriving.note_contact_owner, command)

    # When ------------------------------------------------------------------------------------------------

    def message(
        self,
        *aliases: Alias,
        wamid: str | None = None,
        content: Content | None = None,
        at: datetime | None = None,
        name: str | None = "Sofia",
        **more: Any,
    ) -> ReceiveMessage:
        arrival = self.arrival(*aliases, wamid=wamid, at=at, name=name, number=more.pop("number", NUMBER))
        return ReceiveMessage(**{**arrival, "content": content or Text(body="Olá!"), **more})

    def arrival(
        self,
        *aliases: Alias,
        wamid: str | None = None,
        at: datetime | None = None,
        name: str | None = None,
        number: PhoneNumberId = NUMBER,
    ) -> dict[str, Any]:
        """What all updates about one message tell."""
        text = wamid or f"wamid.{uuid4().hex}"
        return {
            "organisation_id": ORGANISATION,
            "phone_number_id": number,
            "message_id": wamid_id(ORGANISATION, number, text),
            "wamid": text,
            "sighting": Sighting(aliases=aliases or (ANYBODY,), profile_name=name),
            "occurred_at": at or self.now,
            "plausible": True,
            "source_ordinal": 0,
            "now": self.now,
        }

    def writes(self, *aliases: Alias, **about: Any) -> list[Event]:
        return self.do(self.arriving.receive, self.message(*aliases, **about))

    def reacts(self, target: MessageId, *, opens_window: bool = True, **about: Any) -> list[Event]:
        command = ReceiveReaction(**self.arrival(**about), target_id=target, emoji="👍", opens_window=opens_window)
        return self.do(self.arriving.receive, command)

    def customer_edits(self, target: MessageId, **about: Any) -> list[Event]:
        command = ReceiveEdit(**self.arrival(**about), target_id=target, content=Text(body="better"))
        return self.do(self.arriving.receive, command)

    def customer_revokes(self, target: MessageId, **about: Any) -> list[Event]:
        return self.do(self.arriving.receive, ReceiveRevoke(**self.arrival(**about), target_id=target))

    def wishes(self, wanted: bool, *aliases: Alias, at: PhoneNumberId = NUMBER) -> list[Event]:
        command = SetMarketing(
            organisation_id=ORGANISATION,
            phone_number_id=at,
            sighting=Sighting(aliases=aliases or (ANYBODY,)),
            wanted=wanted,
            evidence="user_preferences",
            occurred_at=self.now,
            now=self.now,
        )
        return self.do(self.arriving.set_marketing, command)

    # When the business does something in its phone app -----------------------------------------------------

    def echoes(self, *aliases: Alias, **about: Any) -> list[Event]:
        command = ReceiveEcho(**self.arrival(*aliases, **about), content=Text(body="from the phone"))
        return self.do(self.arriving.receive, command)

    def app_reacts(self, target: MessageId, **about: Any) -> list[Event]:
        command = ReceiveReaction(
            **self.arrival(**about), target_id=target, emoji="🎉", opens_window=False, by_business=True
        )
        return self.do(self.arriving.receive, command)

    def app_edits(self, target: MessageId) -> list[Event]:
        command = ReceiveEdit(**self.arrival(), target_id=target, content=Text(body="better"), by_business=True)
        return self.do(self.arriving.receive, command)

    def app_revokes(self, target: MessageId) -> list[Event]:
        return self.do(self.arriving.receive, ReceiveRevoke(**self.arrival(), target_id=target, by_business=True))

    # When people of the business do something --------------------------------------------------------------

    def on(self, conversation_id: ConversationId, by: Person | UserId = ADMINISTRATOR) -> dict[str, Any]:
        person = by if isinstance(by, Person) else Person(by, "member", PROFILE)
        return {
            "organisation_id": ORGANISATION,
            "conversation_id": conversation_id,
            "by": person,
            "now": self.now,
        }

    def replies(
        self, conversation_id: ConversationId, by: Person | UserId = ADMINISTRATOR, reply_to: MessageId | None = None
    ) -> list[Event]:
        command = Reply(
            **self.on(conversation_id, by),
            message_id=MessageId(uuid4()),
            content=OutgoingText(body="Bom dia!"),
            reply_to=reply_to,
        )
        return self.do(self.talking.reply, command)

    def assigns(self, conversation_id: ConversationId, to: UserId, by: Person | UserId = ADMINISTRATOR) -> list[Event]:
        return self.do(self.talking.assign_conversation, AssignConversation(**self.on(conversation_id, by), user_id=to))

    def closes(self, conversation_id: ConversationId, by: Person | UserId = ADMINISTRATOR) -> list[Event]:
        return self.do(self.talking.close_conversation, CloseConversation(**self.on(conversation_id, by)))

    def reopens(self, conversation_id: ConversationId, by: Person | UserId = ADMINISTRATOR) -> list[Event]:
        return self.do(self.talking.reopen_conversation, ReopenConversation(**self.on(conversation_id, by)))

    def accepted(self, message_id: MessageId, customer_id: CustomerId, wamid: str, *aliases: Alias) -> list[Event]:
        command = NoteOutcome(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            customer_id=customer_id,
            message_id=message_id,
            outcome="accepted",
            reason=None,
            meta_code=None,
            wamid=wamid,
            wamid_id=wamid_id(ORGANISATION, NUMBER, wamid),
            aliases=aliases,
            occurred_at=self.now,
            now=self.now,
        )
        return self.do(self.delivering.note_outcome, command)

    def status(
        self,
        word: str,
        wamid: str,
        *,
        tag: MessageId | None = None,
        at: datetime | None = None,
        errors: tuple[MetaError, ...] = (),
        details: tuple[str | None, ...] = (),
    ) -> list[Event]:
        command = RecordStatus(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            wamid_id=wamid_id(ORGANISATION, NUMBER, wamid),
            tagged_id=tag,
            status=word,
            occurred_at=at or self.now,
            pricing=None,
            errors=errors,
            details=details,
            now=self.now,
        )
        return self.do(self.delivering.record_status, command)
