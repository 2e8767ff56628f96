"""A business that writes first, on a memory store: its channel is connected, a template approved, a contact known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from conversations.adapters.kafka.noting import contact_of, organisation_of, reservation_of, standing_of, template_of
from conversations.application import Beginning, Listening
from conversations.commands import (
    Choice,
    ExpireRequest,
    NoteChannel,
    NoteOutcome,
    Person,
    PreviewTemplate,
    SendTemplate,
    StartChat,
)
from conversations.domain.rendering import Rendering
from recado_events import billing, crm, templates
from recado_events.conversations import ConversationOpened, MessageReleased, MessageRequested
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import (
    ContactId,
    ConversationId,
    CustomerId,
    MessageId,
    PhoneNumberId,
    PipelineRecordId,
    TemplateId,
    UserId,
    WabaId,
)
from recado_events.refusal import Refusal
from recado_events.templates import MergeField, TemplateForm

from tests.conversations.stage import ADMINISTRATOR, NUMBER, ORGANISATION, PROFILE, Stage, number

WABA = WabaId("102290129340398")
TEMPLATE = TemplateId(uuid4())
CONTACT = ContactId(uuid4())
MARIA = number("5511912345678")
FORM = TemplateForm(
    name="order_ready",
    language="pt_BR",
    category="UTILITY",
    body="Olá #{contact.first_name}, seu pedido está pronto.",
    fields=(MergeField(name="contact.first_name", sample="João"),),
)


class Business(Stage):
    def __init__(self) -> None:
        super().__init__()
        self.beginning = Beginning(self.scene, self.ids)
        self.listening = Listening(self.scene)
        self.connects()
        self.approves()

    # Given -------------------------------------------------------------------------------------------------

    def connects(self, connected: bool = True, at: PhoneNumberId = NUMBER, waba: WabaId = WABA) -> list[Event]:
        told: Any = {"waba_id": waba, "country": "BR"} if connected else {}
        command = NoteChannel(
            organisation_id=ORGANISATION, phone_number_id=at, connected=connected, now=self.now, **told
        )
        return self.do(self.arriving.note_channel, command)

    def template(self, kind: type[templates.OfTemplate], **about: Any) -> list[Event]:
        """What templates tells of it."""
        at = {"organisation_id": ORGANISATION, "waba_id": WABA, "template_id": TEMPLATE}
        return self.do(self.listening.note_template, template_of(kind(**{**at, **about})))

    def approves(self, form: TemplateForm = FORM, category: str = "UTILITY", **at: Any) -> list[Event]:
        told = {"meta_template_id": "1", "form": form, "category": category, "approved_at": self.now}
        return self.template(templates.TemplateApproved, **told, **at)

    def pauses(self) -> list[Event]:
        return self.template(templates.TemplatePaused, paused_at=self.now)

    def knows(self, name: str | None = "Maria Silva", *aliases: Alias, owner: UserId | None = None) -> ContactId:
        """A contact that crm tells of."""
        about: Any = {"organisation_id": ORGANISATION, "contact_id": CONTACT}
        details = crm.ContactDetails(name=name, aliases=aliases or (MARIA,))
        created = crm.ContactCreated(**about, origin="person", created_at=self.now, personal=details)
        self.do(self.listening.note_contact, contact_of(created))
        if owner is not None:
            changed = crm.ContactOwnerChanged(**about, owner_id=owner, why="person", links=(), changed_at=self.now)
            self.do(self.listening.note_contact_standing, standing_of(changed))
        return CONTACT

    def edits(self, **values: str | None) -> list[Event]:
        told = crm.Edits(edits=tuple(crm.FieldEdit(field=field, after=value) for field, value in values.items()))
        edited = crm.ContactFieldsEdited(
            organisation_id=ORGANISATION,
            contact_id=CONTACT,
            fields=tuple(values),
            edited_by=None,
            edited_at=self.now,
            personal=told,
        )
        return self.do(self.listening.note_contact, contact_of(edited))

    def links(self, customer_id: CustomerId, at: PhoneNumberId = NUMBER, contact: ContactId = CONTACT) -> list[Event]:
        linked = crm.ContactLinked(
            organisation_id=ORGANISATION,
            contact_id=contact,
            customer_id=customer_id,
            phone_number_id=at,
            linked_at=self.now,
        )
        return self.do(self.listening.note_contact_standing, standing_of(linked))

    def edition(self, edition: str, name: str = "Aurora") -> list[Event]:
        registered = billing.OrganisationRegistered(
            organisation_id=ORGANISATION, name=name, locale="pt-BR", edition=edition, registered_at=self.now
        )
        return self.do(self.listening.note_organisation, organisation_of(registered))

    # When --------------------------------------------------------------------------------------------------

    def with_somebody(self, to: ContactId | str, by: Person | UserId, **values: str) -> dict[str, Any]:
        """`to`: a contact, or digits that were typed."""
        return {
            "organisation_id": ORGANISATION,
            "phone_number_id": NUMBER,
            "contact_id": None if isinstance(to, str) else to,
            "typed": number(to) if isinstance(to, str) else None,
            "choice": _choice(values),
            "by": by if isinstance(by, Person) else Person(by, "member", PROFILE),
            "now": self.now,
        }

    def starts(
        self,
        to: ContactId | str = CONTACT,
        by: Person | UserId = ADMINISTRATOR,
        at: PhoneNumberId = NUMBER,
        **values: str,
    ) -> list[Event]:
        about = {**self.with_somebody(to, by, **values), "phone_number_id": at}
        return self.do(self._start, StartChat(**about, message_id=MessageId(uuid4())))

    def _start(self, work: Any, command: StartChat, cause: Any) -> None:
        self.beginning.start_chat(work, command, cause)

    def sends(
        self,
        conversation_id: ConversationId | None = None,
        by: Person | UserId = ADMINISTRATOR,
        record: PipelineRecordId | None = None,
        **values: str,
    ) -> list[Event]:
        talk = conversation_id or self.facts(ConversationOpened)[-1].conversation_id
        about: Any = {"message_id": MessageId(uuid4()), "pipeline_record_id": record}
        command = SendTemplate(**self.on(talk, by), **about, choice=_choice(values))
        return self.do(self.beginning.send_template, command)

    def previews(
        self, to: ContactId | str = CONTACT, by: Person | UserId = ADMINISTRATOR, **values: str
    ) -> tuple[Rendering, Refusal | None]:
        command = PreviewTemplate(**self.with_somebody(to, by, **values))
        return self.streams.transact(lambda work: self.beginning.preview(work, command)).value

    def reserves(self, asked: MessageRequested | None = None, now: datetime | None = None) -> list[Event]:
        """billing has reserved its credits, and that is heard `now`."""
        told = billing.CreditsReserved(**self._charge(asked), amount=1, category="UTILITY", reserved_at=self.now)
        return self.do(self.listening.note_reservation, reservation_of(told, now or self.now))

    def refuses(self, reason: str = "insufficient_credits", asked: MessageRequested | None = None) -> list[Event]:
        told = billing.ReservationRefused(**self._charge(asked), reason=reason, refused_at=self.now)
        return self.do(self.listening.note_reservation, reservation_of(told, self.now))

    def expires(self, now: datetime) -> list[Event]:
        """Somebody looks, `now`, whether the last request was answered in time."""
        message_id = self.facts(MessageRequested)[-1].message_id
        command = ExpireRequest(organisation_id=ORGANISATION, message_id=message_id, now=now)
        return self.do(self.listening.expire_request, command)

    def _charge(self, asked: MessageRequested | None) -> dict[str, Any]:
        told = asked or self.facts(MessageRequested)[-1]
        names = ("organisation_id", "phone_number_id", "customer_id", "message_id")
        return {name: getattr(told, name) for name in names}

    def is_refused_by_meta(self, code: int, released: MessageReleased | None = None) -> list[Event]:
        message = released or self.facts(MessageReleased)[-1]
        command = NoteOutcome(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            customer_id=message.customer_id,
            message_id=message.message_id,
            outcome="rejected",
            reason="graph",
            meta_code=code,
            wamid=None,
            wamid_id=None,
            aliases=(),
            occurred_at=self.now,
            now=self.now,
        )
        return self.do(self.delivering.note_outcome, command)


def _choice(values: Mapping[str, str]) -> Choice:
    """Names of fields as keyword arguments: `contact__first_name`."""
    return Choice(template_id=TEMPLATE, values={name.replace("__", "."): value for name, value in values.items()})
