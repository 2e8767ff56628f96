"""Bodies that carry statuses of messages the business sent.

Meta's contract, section 6.
"""

from ..errors import webhook_error
from ..signing import JsonObject
from .envelope import Line, Person, envelope, messaging_value, present

SERVICE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}


def status(
    person: Person,
    wamid: str,
    timestamp: int,
    name: str = "sent",
    *,
    tag: str | None = None,
    pricing: JsonObject | None = None,
    conversation: JsonObject | None = None,
    code: int | None = None,
    details: str | None = None,
    **extras: object,
) -> JsonObject:
    """One member of `statuses[]`; `tag` is the echoed `biz_opaque_callback_data`, `code` the reason of a failure."""
    errors = [webhook_error(code, details)] if code is not None else None
    recipient = person.recipient()
    if name == "failed" and person.wa_id:
        recipient.pop("recipient_user_id", None)
    told = {"conversation": conversation, "pricing": pricing, "biz_opaque_callback_data": tag, "errors": errors}
    return {
        "id": wamid,
        "status": name,
        "timestamp": str(timestamp),
        **recipient,
        **present(**{**told, **extras}),
    }


def statuses_body(line: Line, statuses: list[JsonObject], person: Person | None = None) -> JsonObject:
    """`person` fills `contacts`, which failed statuses never have and `sent` has without the username."""
    names = {one["status"] for one in statuses}
    named = person if person is not None and "failed" not in names else None
    contacts = [named.contact(with_username="sent" not in names)] if named else None
    return envelope(line.waba_id, "messages", messaging_value(line, contacts=contacts, statuses=statuses))


def status_body(line: Line, person: Person, wamid: str, timestamp: int, name: str = "sent") -> JsonObject:
    """The usual body: one status, priced as a free service message where Meta prices it."""
    pricing = SERVICE if name in {"sent", "delivered"} else None
    code = 131026 if name == "failed" else None
    return statuses_body(line, [status(person, wamid, timestamp, name, pricing=pricing, code=code)], person)
