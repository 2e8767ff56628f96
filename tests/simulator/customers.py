"""Plays the people on the other side, and the business's own phone app: what they do becomes webhooks.

Meta's contract, sections 5, 7, 10 and 11. A customer's message opens the window; a system message, an edit, a
revoke or a placeholder does not.
"""

import base64
from dataclasses import dataclass
from typing import Any

from .bodies import Person, coexistence, contents, message_body, preference_body
from .bodies import messages as message_bodies
from .bodies.messages import unsupported_body
from .commands import Echo, Message, NumberChange, Preference, UserIdChange
from .contents import MEDIA_TYPES
from .entities import BusinessNumber, Customer, Inbound, Send
from .media import RECEIVED_DAYS, Media, webhook_sha256
from .signing import JsonObject
from .webhooks import Webhooks
from .windows import Windows
from .world import World

_SMALLEST_FILES = {"image": b"\xff\xd8\xff\xe0simulated", "document": b"%PDF-1.4 simulated", "audio": b"OggS simulated"}
_NO_WINDOW = {"system", "edit", "revoke", "request_welcome"}


@dataclass(frozen=True)
class Written:
    """What a customer's act led to: the message's id and the webhook that tells of it."""

    id: str
    delivery: str


class Customers:
    """Every act of a customer."""

    def __init__(self, world: World, windows: Windows, media: Media, webhooks: Webhooks) -> None:
        self._world, self._windows, self._media, self._webhooks = world, windows, media, webhooks

    def write(self, customer: Customer, number: BusinessNumber, message: Message) -> Written:
        """A message of any type; a type's own payload comes as `content`, else one is made up.

        What somebody writes who is blocked goes nowhere, and nobody is told."""
        world = self._world
        if message.profile_name is not None:
            customer.name = message.profile_name
            world.store.put(customer)
        if number.id in customer.blocked_by:
            return Written("", "")
        person = world.person(customer, number, phone=message.phone)
        at = world.clock.now() if message.timestamp is None else float(message.timestamp)
        wamid = message.wamid or world.ids.inbound_wamid(customer.wa_id or person.party)
        kind = message.type
        if kind == "unsupported":
            body = unsupported_body(world.line(number), person, wamid, int(at), message.code)
        else:
            content = self._content(customer, number, message)
            extras = {**self._context(number, message), **message.extra}
            body = message_body(world.line(number), person, wamid, int(at), kind, content, **extras)
        self._note(customer, number, message, wamid, at)
        return Written(wamid, self._webhooks.send(body, number=number))

    def change_number(self, customer: Customer, number: BusinessNumber, change: NumberChange) -> Written:
        """The person moves to another phone number; the message comes from the old one."""
        old_person, old = self._world.person(customer, number), customer.wa_id or ""
        content = contents.number_changed(customer.name or "", old, change.wa_id)
        customer.wa_id = change.wa_id
        self._world.store.put(customer)
        return self._system(old_person, number, content)

    def change_user_id(self, customer: Customer, number: BusinessNumber, change: UserIdChange) -> Written:
        old_person, old = self._world.person(customer, number), self._world.user_id_of(customer, number)
        new = change.user_id or self._world.ids.user_id(customer.country_code)
        customer.user_ids[self._world.waba_of(number).business_id] = new
        self._world.store.put(customer)
        return self._system(old_person, number, contents.user_id_changed(old, new))

    def prefer(self, customer: Customer, number: BusinessNumber, preference: Preference) -> Written:
        """The person stops or resumes marketing inside WhatsApp; sends of marketing then fail with 131050."""
        stopped = set(customer.stopped_marketing) - {number.waba_id}
        if preference.value == "stop":
            stopped.add(number.waba_id)
        customer.stopped_marketing = sorted(stopped)
        self._world.store.put(customer)
        person, now = self._world.person(customer, number), int(self._world.clock.now())
        body = preference_body(self._world.line(number), person, now, preference.value)
        return Written("", self._webhooks.send(body, number=number))

    def echo(self, customer: Customer, number: BusinessNumber, echo: Echo) -> Written:
        """A human answered in the phone app."""
        person, now = self._world.person(customer, number), int(self._world.clock.now())
        wamid = self._world.ids.outbound_wamid(person.party)
        content = echo.content if echo.content is not None else {"body": echo.text}
        body = coexistence.echo_body(self._world.line(number), person, wamid, now, echo.type, content)
        return Written(wamid, self._webhooks.send(body, number=number))

    def observe(self, body: JsonObject) -> int:
        """Take the messages of a ready-made body as written: they open windows and can be answered."""
        seen = 0
        for value in (change["value"] for entry in body["entry"] for change in entry["changes"]):
            number = self._world.store.find(BusinessNumber, value.get("metadata", {}).get("phone_number_id", ""))
            for message in value.get("messages", []) if number else []:
                alias = message.get("from") or message.get("from_user_id")
                if number is not None and alias:
                    self._observe(self._world.customer(alias), number, message)
                    seen += 1
        return seen

    def _observe(self, customer: Customer, number: BusinessNumber, message: JsonObject) -> None:
        user_id = message.get("from_user_id")
        if user_id:
            customer.user_ids[self._world.waba_of(number).business_id] = user_id
            self._world.store.put(customer)
        noted = Message(phone_number_id=number.id, type=message["type"])
        self._note(customer, number, noted, message["id"], float(message["timestamp"]))

    def _system(self, person: Person, number: BusinessNumber, content: JsonObject) -> Written:
        wamid, now = self._world.ids.inbound_wamid(person.party), int(self._world.clock.now())
        body = message_body(self._world.line(number), person, wamid, now, "system", content)
        return Written(wamid, self._webhooks.send(body, number=number))

    def _note(self, customer: Customer, number: BusinessNumber, message: Message, wamid: str, at: float) -> None:
        inbound = Inbound(id=wamid, phone_number_id=number.id, customer_id=customer.id, type=message.type, at=at)
        self._world.store.put(inbound)
        self._world.limits.spend_inbound(number.id, self._world.clock.now())
        placeholder = message.type == "unsupported" and message.code == 131060
        if message.type not in _NO_WINDOW and not placeholder:
            referred = "referral" in message.extra or message.referral
            self._windows.wrote(number.id, customer.id, at, referred=bool(referred))

    def _content(self, customer: Customer, number: BusinessNumber, message: Message) -> Any:
        kind = message.type
        if message.content is not None:
            return message.content
        if kind in MEDIA_TYPES:
            return self._medium(number, message)
        if kind == "text":
            return contents.text(message.text) if message.text is not None else contents.text()
        if kind == "reaction":
            return contents.reaction(message.target or self._last_sent_to(customer, number), message.emoji)
        if kind == "edit":
            edited = contents.text(message.text) if message.text is not None else None
            return contents.edit(message.target or self._last_written_by(customer, number), "text", edited)
        if kind == "revoke":
            return contents.revoke(message.target or self._last_written_by(customer, number))
        sample = contents.SAMPLES.get(kind)
        return sample() if sample else {}

    def _medium(self, number: BusinessNumber, message: Message) -> JsonObject:
        """A medium that can really be fetched."""
        given = base64.b64decode(message.file_base64) if message.file_base64 else None
        data = given or _SMALLEST_FILES.get(message.type, b"simulated")
        mime_type = message.mime_type or str(contents.MEDIA_DEFAULTS[message.type]["mime_type"])
        file = self._media.keep(number.id, data, mime_type, days=RECEIVED_DAYS)
        named = {"caption": message.text, "filename": message.filename}
        return contents.media(message.type, file.id, sha256=webhook_sha256(file), mime_type=mime_type, **named)

    def _context(self, number: BusinessNumber, message: Message) -> JsonObject:
        extras: JsonObject = {}
        if message.reply_to:
            extras["context"] = message_bodies.quoting(self._world.line(number), message.reply_to)
        if message.forwarded:
            extras["context"] = message_bodies.forwarded(often=message.forwarded == "often")
        if message.referral:
            extras["referral"] = contents.referral()
        return extras

    def _last_written_by(self, customer: Customer, number: BusinessNumber) -> str:
        mine = [one for one in self._world.store.all(Inbound) if one.customer_id == customer.id]
        return next((one.id for one in reversed(mine) if one.phone_number_id == number.id), "wamid.unknown")

    def _last_sent_to(self, customer: Customer, number: BusinessNumber) -> str:
        mine = [one for one in self._world.store.all(Send) if one.customer_id == customer.id]
        return next((one.id for one in reversed(mine) if one.phone_number_id == number.id), "wamid.unknown")
