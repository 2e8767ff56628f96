"""Who a send is for: a phone number in `to`, or a business-scoped user id in `recipient`.

Meta's contract, sections 7 (both: `to` wins) and 13.1 (spaces, dashes and brackets are allowed).
"""

import re
from dataclasses import dataclass

from .bodies.envelope import present
from .entities import BusinessNumber, Customer
from .errors import parameter_missing, refusal
from .parameters import refuse_value
from .signing import JsonObject
from .world import USER_ID, World

_PUNCTUATION = re.compile(r"[\s().\-]")
_NUMBER = re.compile(r"\+?([1-9][0-9]{6,14})")


@dataclass(frozen=True)
class Recipient:
    """The person found, and how the caller named them."""

    customer: Customer
    given: str
    by_user_id: bool
    user_id: str

    def contact(self) -> JsonObject:
        """The member of `contacts[]` in the answer."""
        wa_id = None if self.by_user_id else self.customer.wa_id
        return present(input=self.given, wa_id=wa_id, user_id=self.user_id)


def resolve(world: World, number: BusinessNumber, body: JsonObject) -> Recipient:
    """Raises Graph's refusal when nobody can be meant, or when this number may not write to them."""
    if body.get("to"):
        return _by_phone(world, number, body["to"])
    if body.get("recipient"):
        return _by_user_id(world, number, body["recipient"])
    raise parameter_missing("to")


def _by_phone(world: World, number: BusinessNumber, given: object) -> Recipient:
    match = _NUMBER.fullmatch(_PUNCTUATION.sub("", given)) if isinstance(given, str) else None
    if match is None:
        raise refuse_value("Recipient is not a valid phone number")
    digits = match[1]
    if digits == number.digits:
        raise refusal(131021, "Sender and recipient phone number is the same.")
    if number.allowed_recipients is not None and digits not in number.allowed_recipients:
        details = (
            "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again."
        )
        raise refusal(131030, details)
    known = next((found for form in variants(digits) if (found := world.store.customer_by_alias(form))), None)
    customer = known or world.customer(digits)
    _check_reachable(customer)
    return Recipient(customer, str(given), by_user_id=False, user_id=world.user_id_of(customer, number))


def _by_user_id(world: World, number: BusinessNumber, given: object) -> Recipient:
    if not isinstance(given, str) or not USER_ID.fullmatch(given):
        raise refuse_value("Recipient is not a valid business-scoped user id")
    customer = world.store.customer_by_alias(given)
    if customer is None or world.user_id_of(customer, number) != given:
        raise refusal(131026, "Message undeliverable: nobody has this user id for this business.")
    _check_reachable(customer)
    return Recipient(customer, given, by_user_id=True, user_id=given)


def _check_reachable(customer: Customer) -> None:
    if customer.undeliverable == "refused":
        raise refusal(131026, "Message undeliverable.")


def variants(digits: str) -> list[str]:
    """Forms one mobile number is known by: Brazil with and without the ninth digit, Mexico with and without the 1."""
    forms = [digits]
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        forms.append(digits[:4] + digits[5:])
    if digits.startswith("55") and len(digits) == 12 and digits[4] in "6789":
        forms.append(digits[:4] + "9" + digits[4:])
    if digits.startswith("521") and len(digits) == 13:
        forms.append("52" + digits[3:])
    if digits.startswith("52") and len(digits) == 12:
        forms.append("521" + digits[2:])
    return forms
