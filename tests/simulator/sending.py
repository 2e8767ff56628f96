"""`POST /<phone number id>/messages`: refuses what Meta refuses, logs what is accepted, then lets statuses follow.

Meta's contract, sections 13, 17 and 18. Accepting is one step without awaiting: a send is in
the log or it is not.
"""

from .contents import MEDIA_TYPES, check_contents
from .entities import BusinessNumber, Inbound, Send, Template
from .errors import THROTTLES, GraphError, invalid_parameter, parameter_missing, refusal
from .identifiers import is_wamid
from .parameters import Param, as_object, content_of, refuse_value
from .recipients import Recipient, resolve
from .signing import JsonObject
from .statuses import Statuses
from .templates import check_template
from .windows import Windows
from .world import World

LONGEST_TAG = 512
_KNOWN_TYPES = {*MEDIA_TYPES, "text", "location", "contacts", "reaction", "interactive", "template"}


class Sending:
    """The send call of every number."""

    def __init__(self, world: World, windows: Windows, statuses: Statuses) -> None:
        self._world, self._windows, self._statuses = world, windows, statuses

    def post(self, number: BusinessNumber, body: JsonObject) -> JsonObject:
        self._check_product(body)
        if not number.registered:
            raise refusal(133010, "The account is not registered on the Cloud API. Register the phone number first.")
        if "status" in body:
            return self._mark_read(number, body)
        return self._send(number, body)

    def _send(self, number: BusinessNumber, body: JsonObject) -> JsonObject:
        kind = self._kind(body)
        template = self._check(number, kind, body)
        recipient = resolve(self._world, number, body)
        if number.id in recipient.customer.blocked_by:
            raise refusal(130403, "Message failed to send because you have blocked this user.")
        if template is not None and template.category == "AUTHENTICATION" and recipient.by_user_id:
            raise refusal(131062, "Authentication templates need a phone number as recipient.")
        self._check_rates(number, recipient)
        in_window = self._windows.is_open(number.id, recipient.customer.id)
        at_once = self._world.rules.window_refusal == "at_once"
        if template is None and not in_window and at_once:
            raise refusal(131047, self._windows.REFUSAL)
        send = self._accept(number, recipient, kind, template, in_window, body)
        self._statuses.follow(send, self._later_failure(send, template, recipient))
        message: JsonObject = {"id": send.id}
        if template is not None:
            message["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [recipient.contact()], "messages": [message]}

    def _check_product(self, body: JsonObject) -> None:
        product = body.get("messaging_product")
        if product is None:
            raise parameter_missing("messaging_product")
        if not isinstance(product, str) or product.lower() != "whatsapp":
            raise invalid_parameter(f'Param messaging_product must be one of {{WHATSAPP}} - got "{product}".')

    def _kind(self, body: JsonObject) -> str:
        if body.get("recipient_type", "individual") != "individual":
            raise refuse_value("recipient_type must be individual: this number belongs to no group")
        kind = body.get("type", "text")
        if not isinstance(kind, str) or kind.lower() not in _KNOWN_TYPES:
            raise refusal(131051, f"Message type '{kind}' is not currently supported.")
        return kind.lower()

    def _check(self, number: BusinessNumber, kind: str, body: JsonObject) -> Template | None:
        tag = Param("biz_opaque_callback_data", body).optional_text("biz_opaque_callback_data", LONGEST_TAG)
        if tag is not None and not tag:
            raise invalid_parameter("Param biz_opaque_callback_data must be at least 1 characters long.")
        if body.get("context") is not None:
            quoted = as_object(body["context"], "context").get("message_id")
            if not is_wamid(quoted):
                raise refuse_value("Message ID of the context is not valid")
        if kind == "template":
            return check_template(self._world, number.waba_id, content_of(body, "template"))
        check_contents(self._world, number.id, kind, body)
        return None

    def _check_rates(self, number: BusinessNumber, recipient: Recipient) -> None:
        now = self._world.clock.now()
        if not self._world.limits.number_allows(number.id, now):
            raise self.throttled(130429, "Cloud API message throughput has been reached.")
        if not self._world.limits.pair_allows(number.id, recipient.customer.id, now):
            details = (
                "Message failed to send because there were too many messages sent from this phone number to the same "
                "phone number in a short period of time."
            )
            raise self.throttled(131056, details)

    def throttled(self, code: int, details: str) -> GraphError:
        assert code in THROTTLES, "only throttles answer with the adjustable HTTP status"
        return refusal(code, details, self._world.rules.throttle_http_status)

    def _accept(
        self,
        number: BusinessNumber,
        recipient: Recipient,
        kind: str,
        template: Template | None,
        in_window: bool,
        body: JsonObject,
    ) -> Send:
        world, customer = self._world, recipient.customer
        now = world.clock.now()
        send = Send(
            id=world.ids.outbound_wamid(customer.wa_id or recipient.user_id),
            sequence=world.store.count(Send) + 1,
            phone_number_id=number.id,
            waba_id=number.waba_id,
            customer_id=customer.id,
            to=body.get("to"),
            recipient=body.get("recipient"),
            wa_id=customer.wa_id,
            user_id=recipient.user_id,
            type=kind,
            category=template.category.lower() if template else "service",
            biz_opaque_callback_data=body.get("biz_opaque_callback_data"),
            accepted_at=now,
            free_entry=self._windows.answered(number.id, customer.id),
            in_window=in_window,
            service_rank=world.limits.service_sent(number.id, now) + (template is None),
            request=body,
        )
        world.store.put(send)
        world.limits.spend(send)
        return send

    def _later_failure(self, send: Send, template: Template | None, recipient: Recipient) -> int | None:
        """The code of the `failed` status that follows although the call was accepted."""
        if recipient.customer.undeliverable == "failed":
            return 131026
        if template is None and not send.in_window:
            return 131047
        stopped = send.waba_id in recipient.customer.stopped_marketing
        if template is not None and template.category == "MARKETING" and stopped:
            return 131050
        if send.type == "reaction" and not self._can_react(send):
            return 131009
        return None

    def _can_react(self, send: Send) -> bool:
        target = send.request["reaction"]["message_id"]
        written, sent = self._world.store.find(Inbound, target), self._world.store.find(Send, target)
        if written is not None:
            return written.customer_id == send.customer_id and written.type != "reaction"
        return sent is not None and sent.customer_id == send.customer_id and sent.type != "reaction"

    def _mark_read(self, number: BusinessNumber, body: JsonObject) -> JsonObject:
        """A read receipt, with or without the typing indicator (Meta's contract, section 13.4)."""
        if body["status"] != "read":
            raise invalid_parameter(f'Param status must be one of {{READ}} - got "{body["status"]}".')
        if body.get("message_id") is None:
            raise parameter_missing("message_id")
        inbound = self._world.store.find(Inbound, str(body["message_id"]))
        if inbound is None or inbound.phone_number_id != number.id:
            raise refuse_value("Message ID is not a message this number received")
        typing = body.get("typing_indicator")
        if typing is not None and as_object(typing, "typing_indicator").get("type") != "text":
            raise refuse_value("Typing indicator must be of type text")
        inbound.marked_read_at = self._world.clock.now()
        inbound.typing_shown = inbound.typing_shown or typing is not None
        self._world.store.put(inbound)
        return {"success": True}
