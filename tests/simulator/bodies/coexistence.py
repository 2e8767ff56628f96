"""Bodies of a number that also lives in the phone app: echoes, address book, history; and marketing preferences.

Meta's contract, sections 10 and 11.
"""

from ..errors import webhook_error
from ..signing import JsonObject
from .envelope import Line, Person, envelope, messaging_value, present


def echo_body(
    line: Line, person: Person, wamid: str, timestamp: int, kind: str = "text", content: object = None
) -> JsonObject:
    """A human answered in the phone app."""
    to = present(to=person.wa_id, to_user_id=person.user_id)
    payload = {kind: content if content is not None else {"body": "Respondi pelo celular 📱"}}
    echo = {"from": line.digits, **to, "id": wamid, "timestamp": str(timestamp), "type": kind, **payload}
    return envelope(line.waba_id, "smb_message_echoes", messaging_value(line, message_echoes=[echo]))


def history_message(sender: str, wamid: str, timestamp: int, state: str = "READ", **payload: object) -> JsonObject:
    """One old message; without payload it is a placeholder of a medium."""
    kind = next(iter(payload), "media_placeholder")
    moment = {"from": sender, "id": wamid, "timestamp": str(timestamp), "type": kind}
    return {**moment, **payload, "history_context": {"status": state}}


def history_body(
    line: Line, person: Person, messages: list[JsonObject], *, phase: int = 0, chunk: int = 1, progress: int = 55
) -> JsonObject:
    """One chunk of the past, one thread in it."""
    context = present(wa_id=person.wa_id, user_id=person.user_id, username=person.username)
    thread = {"id": person.party, "context": context, "messages": messages}
    state = {"phase": phase, "chunk_order": chunk, "progress": progress}
    chunks = [{"metadata": state, "threads": [thread]}]
    return envelope(line.waba_id, "history", messaging_value(line, history=chunks))


def history_declined_body(line: Line) -> JsonObject:
    declined = {"errors": [webhook_error(2593109, "History sharing is turned off by the business")]}
    return envelope(line.waba_id, "history", messaging_value(line, history=[declined]))


def history_media_body(line: Line, person: Person, wamid: str, timestamp: int, image: JsonObject) -> JsonObject:
    """The asset of an old placeholder, under `history` with `messages` inside."""
    late = {**person.sender(), "id": wamid, "timestamp": str(timestamp), "type": "image", "image": image}
    contacts = [person.contact()]
    return envelope(line.waba_id, "history", messaging_value(line, contacts=contacts, messages=[late]))


def address_book_body(line: Line, person: Person, timestamp: int, action: str = "add") -> JsonObject:
    """A contact added to or removed from the phone's address book."""
    card = present(full_name=person.name, phone_number=person.wa_id, user_id=person.user_id, username=person.username)
    change = {"type": "contact", "contact": card, "action": action, "metadata": {"timestamp": str(timestamp)}}
    return envelope(line.waba_id, "smb_app_state_sync", messaging_value(line, state_sync=[change]))


def preference_body(line: Line, person: Person, timestamp: int, value: str = "stop") -> JsonObject:
    """A person stops or resumes marketing; the timestamp is a number here."""
    preference = {
        **present(wa_id=person.wa_id, user_id=person.user_id),
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": timestamp,
    }
    members = messaging_value(line, contacts=[person.contact()], user_preferences=[preference])
    return envelope(line.waba_id, "user_preferences", members)
