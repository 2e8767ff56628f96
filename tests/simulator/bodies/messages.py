"""Bodies that carry a customer's message, a system message or errors.

Meta's contract, sections 4 and 5.
"""

from ..errors import webhook_error
from ..signing import JsonObject
from .envelope import Line, Person, envelope, messaging_value, present


def message(
    person: Person, wamid: str, timestamp: int, kind: str = "text", content: object = None, **extras: object
) -> JsonObject:
    """One member of `messages[]`; `extras` are context, referral, errors, identity and the like."""
    payload = {} if content is None else {kind: content}
    return {
        **present(context=extras.pop("context", None)),
        **person.sender(),
        "id": wamid,
        "timestamp": str(timestamp),
        **payload,
        "type": kind,
        **present(**extras),
    }


def messages_body(line: Line, messages: list[JsonObject], people: list[Person]) -> JsonObject:
    """Several messages in one value; system messages travel without `contacts`."""
    contacts = [person.contact() for person in people] or None
    return envelope(line.waba_id, "messages", messaging_value(line, contacts=contacts, messages=messages))


def message_body(
    line: Line, person: Person, wamid: str, timestamp: int, kind: str = "text", content: object = None, **extras: object
) -> JsonObject:
    """The usual body: one message of one person."""
    people = [] if kind == "system" else [person]
    return messages_body(line, [message(person, wamid, timestamp, kind, content, **extras)], people)


def unsupported_body(
    line: Line, person: Person, wamid: str, timestamp: int, code: int = 131051, what: str | None = "poll_creation"
) -> JsonObject:
    """A message this platform cannot show; 131060 is the placeholder of coexistence."""
    details = "Message type is currently not supported." if code == 131051 else None
    hint = {"type": what} if what else None
    return message_body(line, person, wamid, timestamp, "unsupported", hint, errors=[webhook_error(code, details)])


def errors_body(line: Line, code: int = 130429, details: str = "Webhook throughput reached.") -> JsonObject:
    """A value with errors and no messages."""
    return envelope(line.waba_id, "messages", messaging_value(line, errors=[webhook_error(code, details)]))


def quoting(line: Line, wamid: str) -> JsonObject:
    """The context of an answer to one of the business's messages."""
    return {"from": line.digits, "id": wamid}


def forwarded(*, often: bool = False) -> JsonObject:
    return {"frequently_forwarded": True} if often else {"forwarded": True}


def product_enquiry(line: Line, wamid: str, catalog_id: str = "914300112233", sku: str = "sku-pão-01") -> JsonObject:
    product = {"catalog_id": catalog_id, "product_retailer_id": sku}
    return {**quoting(line, wamid), "referred_product": product}
