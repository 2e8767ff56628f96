"""Bodies of fields that a CRM keeps and hardly acts on: calls, groups, automatic events, handovers, the unknown.

Meta's contract, section 12.
"""

from ..signing import JsonObject
from .envelope import Line, Person, envelope, messaging_value


def call_body(line: Line, person: Person, timestamp: int, event: str = "connect") -> JsonObject:
    offer = {"sdp_type": "offer", "sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"}
    ended = {"status": "COMPLETED", "start_time": str(timestamp - 40), "end_time": str(timestamp), "duration": 40}
    call = {
        "id": "wacid.HBgLNTUxMTk4NzY1MDAwMRUCABIYIDc1QzE2QzA0",
        **person.sender(),
        "to": line.digits,
        "event": event,
        "timestamp": str(timestamp),
        "direction": "USER_INITIATED",
        **({"session": offer} if event == "connect" else ended),
    }
    return envelope(line.waba_id, "calls", messaging_value(line, contacts=[person.contact()], calls=[call]))


def call_status_body(line: Line, person: Person, timestamp: int, status: str = "RINGING") -> JsonObject:
    """Shares the key `statuses` with messages, but not the field and the type."""
    ringing = {"id": "wacid.HBgLNTUxMTk4NzY1MDAwMQ", "type": "call", "status": status, "timestamp": str(timestamp)}
    return envelope(line.waba_id, "calls", messaging_value(line, statuses=[{**ringing, **person.recipient()}]))


def group_bodies(line: Line, person: Person, timestamp: int) -> dict[str, JsonObject]:
    group = {"timestamp": str(timestamp), "group_id": "Y2FwaV9ncm91cDoxNTU1MDc4Mzg4MTox"}
    kinds: dict[str, JsonObject] = {
        "group_lifecycle_update": {"type": "group_create", "subject": "Clube do pão 🥖"},
        "group_participants_update": {
            "type": "group_participants_add",
            "added_participants": [{"wa_id": person.wa_id}],
        },
        "group_settings_update": {"type": "group_settings_update", "subject": "Clube do café"},
        "group_status_update": {"type": "group_suspend"},
    }
    return {
        field: envelope(line.waba_id, field, messaging_value(line, groups=[{**group, **members}]))
        for field, members in kinds.items()
    }


def automatic_event_body(line: Line, wamid: str, timestamp: int) -> JsonObject:
    lead = {"id": wamid, "event_name": "LeadSubmitted", "timestamp": timestamp, "ctwa_clid": "Aff-2kQz7XbWcV"}
    return envelope(line.waba_id, "automatic_events", messaging_value(line, automatic_events=[lead]))


def handover_body(line: Line, person: Person, timestamp: int) -> JsonObject:
    """The shape is not published yet; what matters is that nothing breaks."""
    handover = {**person.sender(), "timestamp": str(timestamp), "new_owner": "meta_business_agent"}
    return envelope(line.waba_id, "messaging_handovers", messaging_value(line, messaging_handovers=[handover]))


def unknown_field_body(line: Line, timestamp: int) -> JsonObject:
    value = {"novelty": {"level": 3, "note": "ainda não documentado"}, "metadata": line.metadata()}
    return envelope(line.waba_id, "telepathy_update", value, time=timestamp)
