"""Credits are bought: what business-initiated conversations are paid with."""

from deploy.local.api import Call
from deploy.local.simulated_payments import page_is_paid
from deploy.local.story.telling import Json, Teller

CREDITS = 10


class CreditsBought:
    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def play(self) -> None:
        self._teller.tell("The administrator buys credits; billing opens a page of the payment provider")
        before = self._teller.quietly(Call("GET", self._teller.url("billing", "/wallet"), "administrator"))["available"]
        bought = self._teller.does("billing", "/purchases", "administrator", {"credits": CREDITS})
        self._teller.tell("The page is paid; the provider's signed notice, the only proof of it, credits the wallet")
        self._teller.show(page_is_paid(self._teller.endpoints, bought["checkout_url"]))

        def credited(answer: Json) -> bool:
            return bool(answer["available"] == before + bought["amount"])

        self._teller.shows("billing", "/wallet", "administrator", credited)
