"""Statuses of accepted sends: on their own after each send, or one by one as a test wants them.

Meta's contract, section 6: reactions get `sent` only, `pricing` comes with `sent` and with one of delivered and read.
"""

from .bodies import Person, status, statuses_body
from .entities import BusinessNumber, Customer, Send, StatusShown
from .pricing import CONVERSATIONS, age_of, pricing
from .signing import JsonObject
from .webhooks import Webhooks
from .windows import Windows
from .world import World


class Statuses:
    """Makes status webhooks and remembers which were made."""

    def __init__(self, world: World, windows: Windows, webhooks: Webhooks) -> None:
        self._world, self._windows, self._webhooks = world, windows, webhooks

    def follow(self, send: Send, failure: int | None) -> None:
        """Plan what Meta would report by itself."""
        interval = self._world.rules.status_interval
        names: list[str] = list(self._world.rules.auto_statuses)
        if send.type == "reaction":
            names = names[:1]
        if failure is not None:
            names = ["failed"]
        for step, name in enumerate(names, start=1):
            self.show(send, name, due_in=step * interval, code=failure)

    def show(
        self,
        send: Send,
        name: str,
        *,
        due_in: float = 0.0,
        at: float | None = None,
        code: int | None = None,
        details: str | None = None,
        extras: JsonObject | None = None,
    ) -> str:
        """One status of a known send; answers the delivery's id."""
        number = self._world.store.find(BusinessNumber, send.phone_number_id)
        customer = self._world.store.find(Customer, send.customer_id)
        assert number is not None, "sends are only accepted from known numbers"
        assert customer is not None, "sends are only accepted for known people"
        moment = self._world.clock.now() + due_in if at is None else at
        tag = send.biz_opaque_callback_data if name != "failed" or self._world.rules.tag_on_failed else None
        person = self._world.person(customer, number)
        made = status(
            person,
            send.id,
            int(moment),
            name,
            tag=tag,
            pricing=self._pricing(send, name),
            conversation=self._conversation(send, name),
            code=code if name == "failed" else None,
            details=details,
            **(extras or {}),
        )
        return self._post(number, made, person, due_in, moment)

    def show_unknown(self, number: BusinessNumber, person: Person, wamid: str, name: str, extras: JsonObject) -> str:
        """A status of a message that no call here ever sent: another app's, or the phone's."""
        moment = self._world.clock.now()
        return self._post(number, status(person, wamid, int(moment), name, **extras), person, 0.0, moment)

    def _post(self, number: BusinessNumber, made: JsonObject, person: Person, due_in: float, moment: float) -> str:
        body = statuses_body(self._world.line(number), [made], person)
        delivery_id = self._webhooks.send(body, number=number, due_in=due_in)
        key = f"{self._world.store.count(StatusShown) + 1}"
        shown = StatusShown(id=key, wamid=made["id"], status=made["status"], at=moment, delivery_id=delivery_id)
        self._world.store.put(shown)
        return delivery_id

    def _pricing(self, send: Send, name: str) -> JsonObject | None:
        shown = {one.status for one in self._world.store.shown.get(send.id, [])}
        priced = name == "sent" or (name in {"delivered", "read"} and not shown & {"delivered", "read"})
        return pricing(send, self._world.rules) if priced else None

    def _conversation(self, send: Send, name: str) -> JsonObject | None:
        """Only inside a free entry point, or where Meta prices by conversation; the expiry stands on `sent` alone."""
        if name in {"sent", "delivered", "read"} and age_of(send, self._world.rules) == CONVERSATIONS:
            return self._priced_conversation(send, name)
        until = self._windows.free_entry_until(send.phone_number_id, send.customer_id) if send.free_entry else None
        if until is None or name not in {"sent", "delivered", "read"}:
            return None
        expiry = {"expiration_timestamp": str(int(until))} if name == "sent" else {}
        return {"id": f"{send.customer_id}{send.customer_id}", **expiry, "origin": {"type": "referral_conversion"}}

    def _priced_conversation(self, send: Send, name: str) -> JsonObject:
        """One a category and customer: the first send of it opens 24 hours."""
        category = pricing(send, self._world.rules)["category"]
        expiry = {"expiration_timestamp": str(int(send.accepted_at) + 86_400)} if name == "sent" else {}
        return {"id": f"{send.customer_id}{category}", **expiry, "origin": {"type": category}}
