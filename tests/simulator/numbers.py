"""What Graph does with a phone number besides sending: fields, registration, PIN, webhook override, message history.

Meta's contract, sections 3.7, 16 and 20.
"""

import re

from .calls import Call
from .entities import BusinessNumber, Send
from .errors import invalid_parameter, parameter_missing, refusal, unknown_field
from .overrides import Overrides
from .poster import Poster
from .signing import JsonObject
from .webhooks import Webhooks
from .world import World

_PIN = re.compile(r"[0-9]{6}")
_HISTORY_STATE = {"delivered": "DELIVERED", "pending": "PENDING", "given_up": "FAILED"}


class Numbers:
    """The edges of a phone number."""

    def __init__(self, world: World, webhooks: Webhooks, poster: Poster) -> None:
        self._world, self._webhooks, self._overrides = world, webhooks, Overrides(poster)

    def register(self, number: BusinessNumber, call: Call) -> JsonObject:
        """Sets the PIN of a number that has none, else asks for it."""
        if call.body.get("messaging_product") != "whatsapp":
            raise parameter_missing("messaging_product")
        pin = call.body.get("pin")
        if pin is None:
            raise parameter_missing("pin")
        self._count(number)
        if number.on_phone_app:
            raise invalid_parameter("A number that is used in the WhatsApp Business app cannot be registered.")
        if not number.verified:
            raise refusal(133006, "Phone number needs to be verified before registering.")
        self._check_pin(number, pin)
        number.pin, number.wrong_pins, number.registered = str(pin), 0, True
        self._world.store.put(number)
        return {"success": True}

    def deregister(self, number: BusinessNumber, call: Call) -> JsonObject:
        if number.on_phone_app:
            raise invalid_parameter("A number that is used in the WhatsApp Business app cannot be deregistered.")
        if not number.registered:
            raise refusal(133010, "Phone number is not registered.")
        self._count(number)
        number.registered = False
        self._world.store.put(number)
        return {"success": True}

    async def configure(self, number: BusinessNumber, call: Call) -> JsonObject:
        """`POST /<phone number id>`: the two-step PIN or the number's own webhook URL."""
        if "pin" in call.body:
            number.pin = self._readable_pin(call.body["pin"])
        if "webhook_configuration" in call.body:
            number.override_uri = await self._overrides.checked(call.body["webhook_configuration"])
        if not {"pin", "webhook_configuration"} & set(call.body):
            raise invalid_parameter("Invalid parameter")
        self._world.store.put(number)
        return {"success": True}

    def fields(self, number: BusinessNumber, call: Call) -> JsonObject:
        """`GET /<phone number id>?fields=`; without fields the usual four."""
        wanted = call.query.get("fields", "verified_name,display_phone_number,quality_rating,id")
        known = self._known(number)
        answer: JsonObject = {"id": number.id}
        for field in filter(None, (name.strip() for name in wanted.split(","))):
            if field not in known:
                raise unknown_field(field, "WhatsAppBusinessPhoneNumber")
            answer[field] = known[field]
        return answer

    def history(self, number: BusinessNumber, call: Call) -> JsonObject:
        """`GET /<phone number id>/message_history`: what Meta knows of sent messages and their webhooks."""
        wanted = call.query.get("message_id")
        sends = [one for one in self._world.store.all(Send) if one.phone_number_id == number.id]
        rows = [self._history_row(one) for one in sends if wanted in (None, one.id)]
        limit = min(100, max(1, int(call.query.get("limit", "25")))) if call.query.get("limit", "25").isdigit() else 25
        start = int(call.query["after"]) if call.query.get("after", "").isdigit() else 0
        page = rows[start : start + limit]
        cursors = {"before": str(start), "after": str(start + len(page))}
        return {"data": page, "paging": {"cursors": cursors}}

    def _history_row(self, send: Send) -> JsonObject:
        events = [{"delivery_status": "ACCEPTED", "timestamp": int(send.accepted_at)}]
        for shown in self._world.store.shown.get(send.id, []):
            report = self._webhooks.reports.get(shown.delivery_id)
            state = _HISTORY_STATE[report.state] if report else "DELIVERED"
            name = "ERROR" if shown.status == "failed" else shown.status.upper()
            event: JsonObject = {"delivery_status": name, "timestamp": int(shown.at), "webhook_update_state": state}
            events.append(event)
        return {"id": send.id, "message_id": send.id, "events": {"data": events}}

    def _known(self, number: BusinessNumber) -> JsonObject:
        addresses = {
            "phone_number": number.override_uri,
            "whatsapp_business_account": self._world.waba_of(number).override_uri,
            "application": self._world.config.webhook_url,
        }
        return {
            "id": number.id,
            "display_phone_number": number.display,
            "verified_name": number.name,
            "name_status": "APPROVED",
            "code_verification_status": "VERIFIED" if number.verified else "NOT_VERIFIED",
            "quality_rating": number.quality,
            "platform_type": "CLOUD_API" if number.registered or number.on_phone_app else "NOT_APPLICABLE",
            "throughput": {"level": "STANDARD"},
            "status": "CONNECTED" if number.registered else "PENDING",
            "account_mode": "LIVE",
            "is_official_business_account": False,
            "is_on_biz_app": number.on_phone_app,
            "is_pin_enabled": number.pin is not None,
            "whatsapp_business_manager_messaging_limit": number.limit,
            "health_status": {"can_send_message": "AVAILABLE" if number.registered else "BLOCKED", "entities": []},
            "webhook_configuration": {name: url for name, url in addresses.items() if url},
        }

    def _check_pin(self, number: BusinessNumber, given: object) -> None:
        pin = self._readable_pin(given)
        if number.pin is None or number.pin == pin:
            return
        if number.wrong_pins >= self._world.rules.pin_guesses:
            raise refusal(133008, "Too many PIN guesses. Try again after the period shown in the details.")
        number.wrong_pins += 1
        self._world.store.put(number)
        raise refusal(133005, "Two-step verification PIN mismatch: the PIN is not the one that was set.")

    def _readable_pin(self, given: object) -> str:
        if not isinstance(given, str) or not _PIN.fullmatch(given):
            raise invalid_parameter("Param pin must be a 6 digit number.")
        return given

    def _count(self, number: BusinessNumber) -> None:
        """Ten registrations and deregistrations together in 72 hours (Meta's contract, section 17)."""
        now, rules = self._world.clock.now(), self._world.rules
        recent = [at for at in number.registrations if at > now - rules.registration_span]
        if len(recent) >= rules.registrations:
            raise refusal(133016, "Too many registrations and deregistrations of this number. Try again later.")
        number.registrations = [*recent, now]
        self._world.store.put(number)
