"""The one thing all parts of the simulator share, and the people and businesses in it."""

import re
from dataclasses import dataclass

from .bodies import Line, Person
from .clock import Clock
from .commands import Phone
from .config import Config
from .entities import BusinessNumber, ClockPush, Customer, Send, Template, Waba
from .identifiers import Ids
from .limits import Limits
from .rules import Rules
from .store import TRAFFIC, Store

CLOCK = "clock"
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


@dataclass
class World:
    """State and time of the platform. One event loop owns it; every decision is made without awaiting."""

    config: Config
    rules: Rules
    clock: Clock
    ids: Ids
    store: Store
    limits: Limits
    app_secret: str

    def seed(self) -> None:
        """The time it was, and one WABA with two verified, unregistered numbers, unless something is already there."""
        pushed = self.store.find(ClockPush, CLOCK)
        self.clock.set_ahead(pushed.seconds if pushed else 0.0)
        for send in self.store.all(Send):
            self.limits.spend(send)
        if self.store.count(Waba):
            return
        self.store.put(Waba(id=self.config.waba_id, business_id=self.config.business_id))
        for number_id, display in self.config.phone_numbers:
            self.store.put(BusinessNumber(id=number_id, waba_id=self.config.waba_id, display=display))
        welcome = "Welcome and congratulations! This message shows that your number can send."
        self.add_template(Template(id="", waba_id=self.config.waba_id, name="hello_world", body=welcome))

    def reset(self, *, keep_accounts: bool) -> None:
        """Back to the beginning, or only traffic and people forgotten."""
        self.store.clear(TRAFFIC if keep_accounts else None)
        self.limits.forget()
        self.app_secret = self.config.app_secret
        for name, value in Rules():
            setattr(self.rules, name, value)
        self.seed()

    def advance(self, seconds: float) -> None:
        """Pushes the clock forward, also for a process that starts later."""
        ahead = self.clock.ahead + seconds
        self.store.put(ClockPush(id=CLOCK, seconds=ahead))
        self.clock.set_ahead(ahead)

    def line(self, number: BusinessNumber) -> Line:
        return Line(number.waba_id, number.id, number.digits)

    def waba_of(self, number: BusinessNumber) -> Waba:
        waba = self.store.find(Waba, number.waba_id)
        assert waba is not None, "a number is only ever created under an existing WABA"
        return waba

    def person(self, customer: Customer, number: BusinessNumber, *, phone: Phone = "usual") -> Person:
        """The customer as webhooks of this number name them."""
        shown = customer.phone_shown if phone == "usual" else phone == "shown"
        blank = "" if phone == "blank" else None
        return Person(
            wa_id=customer.wa_id if shown else blank,
            user_id=self.user_id_of(customer, number),
            name=customer.name,
            username=customer.username,
            country_code=customer.country_code if customer.username else None,
        )

    def user_id_of(self, customer: Customer, number: BusinessNumber) -> str:
        """One business-scoped id per person and portfolio (Meta's contract, section 7)."""
        business = self.waba_of(number).business_id
        if business not in customer.user_ids:
            customer.user_ids[business] = self.ids.user_id(customer.country_code)
            self.store.put(customer)
        return customer.user_ids[business]

    def customer(self, alias: str, *, name: str | None = None) -> Customer:
        """The person with this wa_id or user id; a new one if nobody has it."""
        known = self.store.customer_by_alias(alias)
        if known is not None:
            return known
        customer = Customer(id=self.ids.key())
        if name is not None:
            customer.name = name
        if USER_ID.fullmatch(alias):
            customer.user_ids[self.config.business_id] = alias
            customer.country_code = alias[:2]
        else:
            customer.wa_id = alias
        self.store.put(customer)
        return customer

    def add_template(self, template: Template) -> Template:
        meta_id = template.meta_id or self.ids.decimal(16)
        place = f"{template.waba_id}/{template.name}/{template.language}"
        approved = template.was_approved or template.status == "APPROVED"
        made = template.model_copy(update={"id": place, "meta_id": meta_id, "was_approved": approved})
        self.store.put(made)
        return made

    def template(self, waba_id: str, name: str, language: str) -> Template | None:
        found = self.store.find(Template, f"{waba_id}/{name}/{language}")
        return None if found is None or found.deleted_at is not None else found

    def templates(self, waba_id: str) -> list[Template]:
        """Those that are there, in the order of their making."""
        return [one for one in self.store.all(Template) if one.waba_id == waba_id and one.deleted_at is None]

    def template_of(self, meta_id: str) -> Template | None:
        return next((t for t in self.store.all(Template) if t.meta_id == meta_id and t.deleted_at is None), None)
