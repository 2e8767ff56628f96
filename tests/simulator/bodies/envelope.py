"""The envelope every webhook travels in, and the two parties a message names.

Meta's contract, section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..signing import JsonObject


@dataclass(frozen=True)
class Line:
    """A business number as webhooks name it."""

    waba_id: str = "102290129340398"
    phone_number_id: str = "106540352242922"
    display_phone_number: str = "15550783881"

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.display_phone_number))

    def metadata(self) -> JsonObject:
        return {"display_phone_number": self.display_phone_number, "phone_number_id": self.phone_number_id}


@dataclass(frozen=True)
class Person:
    """A customer as webhooks name them; everything may be missing, but not phone and user id at once."""

    wa_id: str | None = "5511987650001"
    user_id: str | None = "BR.13491208655302741918"
    name: str | None = "Marina Lopes"
    username: str | None = None
    country_code: str | None = None
    parent_user_id: str | None = None

    @property
    def party(self) -> str:
        """What stands for the person inside a wamid."""
        return self.wa_id or self.user_id or ""

    def contact(self, *, with_username: bool = True) -> JsonObject:
        profile = present(
            name=self.name,
            username=self.username if with_username else None,
            country_code=self.country_code,
        )
        named = {"profile": profile} if profile else {}
        return {**named, **present(wa_id=self.wa_id, user_id=self.user_id, parent_user_id=self.parent_user_id)}

    def sender(self) -> JsonObject:
        return present(**{"from": self.wa_id}, from_user_id=self.user_id, from_parent_user_id=self.parent_user_id)

    def recipient(self) -> JsonObject:
        return present(
            recipient_id=self.wa_id, recipient_user_id=self.user_id, recipient_parent_user_id=self.parent_user_id
        )


def present(**members: object) -> JsonObject:
    """Only the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def envelope(waba_id: str, field: str, value: JsonObject, *, time: int | None = None) -> JsonObject:
    """One update in one body; `time` (seconds) stands only on account-level fields."""
    entry = {"id": waba_id, **present(time=time), "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def messaging_value(line: Line, **members: object) -> JsonObject:
    """The value of fields that belong to a number: product, metadata, then what happened."""
    return {"messaging_product": "whatsapp", "metadata": line.metadata(), **present(**members)}


def merged(bodies: Iterable[JsonObject]) -> JsonObject:
    """Several bodies as one batch: changes of the same WABA share an entry."""
    entries: dict[tuple[str, int | None], JsonObject] = {}
    for body in bodies:
        for entry in body["entry"]:
            key = (str(entry["id"]), entry.get("time"))
            target = entries.setdefault(key, {**entry, "changes": []})
            target["changes"] = [*target["changes"], *entry["changes"]]
    return {"object": "whatsapp_business_account", "entry": list(entries.values())}
