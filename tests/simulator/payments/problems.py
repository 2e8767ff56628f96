"""How Stripe says no."""

from typing import Any


class ApiError(Exception):
    """Becomes Stripe's error object."""

    def __init__(self, status: int, code: str, message: str, *, kind: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self._body = {"type": kind or _kind(status), "code": code, "message": message, **more}

    def body(self) -> dict[str, Any]:
        return {"error": self._body}


def _kind(status: int) -> str:
    return "card_error" if status == 402 else "api_error" if status >= 500 else "invalid_request_error"


def declined(code: str, intent: dict[str, Any]) -> ApiError:
    """A card that does not pay."""
    decline = {} if code == "authentication_required" else {"decline_code": code}
    word = code if code == "authentication_required" else "card_declined"
    return ApiError(402, word, "Your card was declined.", payment_intent=intent, **decline)
