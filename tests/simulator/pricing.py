"""What Meta says a message costs, in each of its three ages.

Meta's contract, sections 6 (the object) and 18: until 2025-06-30 by conversation (`CBP`: the category of the 24-hour
conversation, also in `conversation`); since 2025-07-01 by delivered template; from 2026-10-01 service messages cost
money after a free number a month, and so do utility templates inside the window. How Meta names the paid service
message is not published; here it is `regular`. `pricing_age` in the rules fixes an age whatever the clock says.
"""

from .entities import Send
from .rules import Rules
from .signing import JsonObject

CONVERSATIONS, MESSAGES, SERVICE = "conversations", "messages", "service"


def age_of(send: Send, rules: Rules) -> str:
    if rules.pricing_age != "by_date":
        return rules.pricing_age
    if send.accepted_at < rules.messages_billed_from:
        return CONVERSATIONS
    return MESSAGES if send.accepted_at < rules.service_billed_from else SERVICE


def pricing(send: Send, rules: Rules) -> JsonObject:
    """The `pricing` member of the message's statuses."""
    age = age_of(send, rules)
    if age == CONVERSATIONS:
        return _by_conversation(send)
    if send.free_entry:
        return _priced("free_entry_point", "referral_conversion")
    late = age == SERVICE
    if send.category == "service":
        free = not late or send.service_rank <= rules.free_service_messages
        return _priced("free_customer_service" if free else "regular", "service")
    if send.category == "utility" and send.in_window and not late:
        return _priced("free_customer_service", "utility")
    return _priced("regular", send.category)


def _by_conversation(send: Send) -> JsonObject:
    """Without `type`: Meta had none then. A service conversation says billable although nobody paid for it."""
    category = "referral_conversion" if send.free_entry else send.category
    return {"billable": not send.free_entry, "pricing_model": "CBP", "category": category}


def _priced(kind: str, category: str) -> JsonObject:
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}
