"""`/v1`: keys, idempotency, and one checked handler a call."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from .account import Account
from .forms import Shape, checked, parsed
from .paying import Paying
from .problems import ApiError

Json = dict[str, Any]
_PRICE: Shape = {"currency!": str, "unit_amount!": int, "product_data!": {"name!": str}}
_SESSION: Shape = {
    "mode!": str,
    "success_url!": str,
    "cancel_url": str,
    "customer": str,
    "client_reference_id": str,
    "line_items!": [{"quantity!": int, "price_data!": _PRICE}],
    "metadata": {},
    "payment_intent_data": {"metadata": {}, "setup_future_usage": str},
}
_INTENT: Shape = {
    "amount!": int,
    "currency!": str,
    "customer!": str,
    "payment_method": str,
    "payment_method_types": [str],
    "metadata": {},
}
_CONFIRM: Shape = {"payment_method": str, "off_session": bool}
_REFUND: Shape = {"payment_intent!": str, "amount": int}


class Api:
    """Synchronous; `handle` answers status and body. `base` is where pages are."""

    def __init__(self, account: Account, paying: Paying, key: str, base: Callable[[], str]) -> None:
        self._account = account
        self._paying = paying
        self._key = key
        self._base = base

    def handle(self, method: str, path: str, headers: Json, body: bytes) -> tuple[int, Json]:
        try:
            if headers.get("authorization") != f"Bearer {self._key}":
                raise ApiError(401, "api_key_invalid", "Invalid API Key provided.", kind="invalid_request_error")
            if method == "POST":
                return self._once(path, headers.get("idempotency-key"), body)
            return 200, self._look(path)
        except ApiError as error:
            return error.status, error.body()

    def _once(self, path: str, key: str | None, body: bytes) -> tuple[int, Json]:
        """The first answer of a key is kept, whatever it was, unless the call never began."""
        digest = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
        known = self._account.of("keys").get(key or "")
        if known is not None:
            if known["digest"] != digest:
                text = "A key for idempotent requests can only be used with the parameters it was first used with."
                raise ApiError(400, "idempotency_key_in_use", text, kind="idempotency_error")
            return known["status"], json.loads(known["body"])
        told = parsed(body)
        try:
            status, answer = 200, self._act(path.split("/")[2:], told)
        except ApiError as error:
            if error.status == 400 and error.code.startswith("parameter"):
                raise
            status, answer = error.status, error.body()
        if key is not None:
            self._account.of("keys")[key] = {"digest": digest, "status": status, "body": json.dumps(answer)}
        return status, answer

    def _act(self, path: list[str], told: Json) -> Json:
        match path:
            case ["customers"]:
                made = checked(told, {"metadata": {}, "email": str, "name": str})
                return self._account.add("customers", "cus", {"object": "customer"}, **made)
            case ["checkout", "sessions"]:
                session = checked(told, _SESSION)
                if session["mode"] != "payment":
                    raise ApiError(400, "parameter_invalid", "Only payments are simulated.", param="mode")
                self._customer(session.get("customer"))
                return self._paying.open_session(session, self._base())
            case ["payment_intents"]:
                return self._paying.create_intent(checked(told, _INTENT))
            case ["payment_intents", name, "confirm"]:
                return self._paying.confirm(self._found("intents", name), checked(told, _CONFIRM))
            case ["refunds"]:
                return self._paying.refund(checked(told, _REFUND))
        raise ApiError(404, "resource_missing", "Unrecognized request URL.")

    def _look(self, path: str) -> Json:
        match path.split("/")[2:]:
            case ["payment_intents", name]:
                return self._found("intents", name)
            case ["checkout", "sessions", name]:
                return self._found("sessions", name)
            case ["customers", name]:
                return self._found("customers", name)
        raise ApiError(404, "resource_missing", "Unrecognized request URL.")

    def _customer(self, name: str | None) -> None:
        if name is not None:
            self._found("customers", name)

    def _found(self, kind: str, name: str) -> Json:
        found = self._account.of(kind).get(name)
        if found is None:
            raise ApiError(404, "resource_missing", f"No such object: '{name[:60]}'", param="id")
        return found
