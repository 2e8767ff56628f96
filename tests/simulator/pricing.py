"""What Meta says a message costs.

Meta's contract, sections 6 (the object) and 18: since 2025-07 by message; from 2026-10-01 service messages cost money
after a free number a month, and so do utility templates inside the window. How Meta names the paid service
message is not published; here it is `regular`.
"""

from .entities import Send
from .rules import Rules
from .signing import JsonObject


def pricing(send: Send, rules: Rules) -> JsonObject:
    """The `pricing` member of the message's statuses."""
    if send.free_entry:
        return _priced("free_entry_point", "referral_conversion")
    late = send.accepted_at >= rules.service_billed_from
    if send.category == "service":
        free = not late or send.service_rank <= rules.free_service_messages
        return _priced("free_customer_service" if free else "regular", "service")
    if send.category == "utility" and send.in_window and not late:
        return _priced("free_customer_service", "utility")
    return _priced("regular", send.category)


def _priced(kind: str, category: str) -> JsonObject:
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}
