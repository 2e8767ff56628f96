"""Bodies about the account: templates, reviews, limits, quality, security, partners.

Meta's contract, sections 8 and 9. `entry.time` is a number of seconds; template ids are numbers.
"""

from ..signing import JsonObject
from .envelope import Line, envelope

TEMPLATE = {
    "message_template_id": 1689556908129832,
    "message_template_name": "pedido_pronto",
    "message_template_language": "pt-BR",
}


def template_status_body(line: Line, time: int, event: str = "APPROVED", **members: object) -> JsonObject:
    reason = "INVALID_FORMAT" if event == "REJECTED" else "NONE"
    value = {"event": event, **TEMPLATE, "reason": reason, "message_template_category": "UTILITY", **members}
    return envelope(line.waba_id, "message_template_status_update", value, time=time)


def template_category_body(line: Line, time: int, *, done: bool = True) -> JsonObject:
    """Announced, `new_category` is the present one; done, it is the new one."""
    now = {"previous_category": "UTILITY", "new_category": "MARKETING"}
    soon = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": time + 86_400}
    return envelope(line.waba_id, "template_category_update", {**TEMPLATE, **(now if done else soon)}, time=time)


def template_quality_body(line: Line, time: int, score: str = "YELLOW") -> JsonObject:
    value = {"previous_quality_score": "GREEN", "new_quality_score": score, **TEMPLATE}
    return envelope(line.waba_id, "message_template_quality_update", value, time=time)


def template_components_body(line: Line, time: int) -> JsonObject:
    buttons = [{"message_template_button_type": "QUICK_REPLY", "message_template_button_text": "Remarcar"}]
    value = {
        **TEMPLATE,
        "message_template_element": "Olá {{1}}, seu pedido está pronto.",
        "message_template_footer": "Padaria Aurora",
        "message_template_buttons": buttons,
    }
    return envelope(line.waba_id, "message_template_components_update", value, time=time)


def account_update_body(line: Line, time: int, event: str, **members: object) -> JsonObject:
    return envelope(line.waba_id, "account_update", {"event": event, **members}, time=time)


def partner_body(line: Line, time: int, event: str = "PARTNER_REMOVED", business_id: str = "880011") -> JsonObject:
    """The entry is the partner's portfolio; the customer's WABA stands in the value."""
    value = {"event": event, "waba_info": {"waba_id": line.waba_id, "owner_business_id": "990022"}}
    return envelope(business_id, "account_update", value, time=time)


def account_updates(line: Line, time: int) -> dict[str, JsonObject]:
    """The kinds of `account_update` that say different things."""
    ban = {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "December 17, 2026"}
    limit = [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": time + 259_200}]
    tier = {
        "tier_update_time": time,
        "pricing_category": "UTILITY",
        "tier": "25000001:50000000",
        "effective_month": "2026-11",
        "region": "Brazil",
    }
    leaving = {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"}
    made = {
        "deleted": account_update_body(line, time, "ACCOUNT_DELETED"),
        "restriction": account_update_body(line, time, "ACCOUNT_RESTRICTION", restriction_info=limit),
        "violation": account_update_body(line, time, "ACCOUNT_VIOLATION", violation_info={"violation_type": "SPAM"}),
        "ban": account_update_body(line, time, "DISABLED_UPDATE", ban_info=ban),
        "country": account_update_body(line, time, "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", country="BR"),
        "tier": account_update_body(line, time, "VOLUME_BASED_PRICING_TIER_UPDATE", volume_tier_info=tier),
        "offboarded": account_update_body(
            line, time, "PARTNER_REMOVED", phone_number=line.digits, disconnection_info=leaving
        ),
        "partner_added": partner_body(line, time, "PARTNER_ADDED"),
        "partner_removed": partner_body(line, time),
    }
    return {f"account_update-{name}": body for name, body in made.items()}


def number_updates(line: Line, time: int) -> dict[str, JsonObject]:
    """Fields about a number or the account; several name the number only by its display form."""
    display = {"display_phone_number": line.display_phone_number}
    alert = {
        "alert_severity": "WARNING",
        "alert_status": "ACTIVE",
        "alert_type": "PROFILE_PICTURE_LOST",
        "alert_description": "A foto do perfil foi removida",
    }
    name = {
        "decision": "REJECTED",
        "requested_verified_name": "Padaria Aurora",
        "rejection_reason": "NAME_NOT_CONSISTENT",
    }
    capability = {"max_daily_conversations_per_business": "TIER_2K", "max_phone_numbers_per_business": 20}
    values: dict[str, JsonObject] = {
        "account_review_update": {"decision": "APPROVED"},
        "account_alerts": {"entity_type": "PHONE_NUMBER", "entity_id": line.phone_number_id, "alert_info": alert},
        "business_capability_update": capability,
        "phone_number_quality_update": {**display, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"},
        "phone_number_name_update": {**display, **name},
        "security": {**display, "event": "PIN_RESET_REQUEST", "requester": "61550000000042"},
        "business_username_updates": {**display, "username": "padaria.aurora", "status": "approved"},
        "payment_configuration_update": {"configuration_name": "pix", "provider_name": "banco", "status": "Active"},
        "partner_solutions": {"event": "SOLUTION_CREATED", "solution_id": "774411", "solution_status": "DRAFT"},
        "flows": {"event": "FLOW_STATUS_CHANGE", "message": "Flow went live", "flow_id": "663300"},
    }
    return {field: envelope(line.waba_id, field, value, time=time) for field, value in values.items()}
