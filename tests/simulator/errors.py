"""How Graph refuses: Meta's codes, titles, HTTP statuses and error bodies.

Meta's contract, sections 4 (webhook errors) and 19 (the table and the shape).
"""

from .signing import JsonObject

# code: (HTTP status, title)
CATALOGUE: dict[int, tuple[int, str]] = {
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "Application request limit reached"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "Permissions error"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130403: (400, "You have blocked this user"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Business Account locked"),
    131037: (400, "Display name approval needed before message can be sent"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped receiving marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131060: (400, "This message is currently unavailable."),
    131062: (400, "Business-scoped user ID recipients are not supported for this message"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template format character policy violated"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "Template parameter issue"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two-step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too many two-step verification PIN guesses"),
    133009: (400, "Two-step verification PIN guessed too fast"),
    133010: (400, "Phone number not registered"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register deregister rate limit exceeded"),
    135000: (400, "Generic user error"),
}
THROTTLES = {4, 80007, 130429, 131048, 131056}
_HELP = "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"


class GraphError(Exception):
    """A refusal: raised anywhere while a Graph call is handled, answered in one place."""

    def __init__(
        self,
        code: int,
        message: str,
        http_status: int = 400,
        *,
        kind: str = "OAuthException",
        subcode: int | None = None,
        details: str | None = None,
        is_transient: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.http_status, self.kind = code, message, http_status, kind
        self.subcode, self.details, self.is_transient = subcode, details, is_transient

    def body(self, trace: str) -> JsonObject:
        error: JsonObject = {"message": self.message, "type": self.kind, "code": self.code}
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.is_transient is not None:
            error["is_transient"] = self.is_transient
        return {"error": {**error, "fbtrace_id": trace}}


def refusal(code: int, details: str, http_status: int | None = None) -> GraphError:
    """A refusal of WhatsApp: `(#code) title`, with the reason in `error_data.details`."""
    status, title = CATALOGUE.get(code, (400, "Unknown error"))
    return GraphError(code, f"(#{code}) {title}", http_status or status, details=details)


def invalid_parameter(message: str) -> GraphError:
    """Graph's own refusal of a parameter's shape, before WhatsApp looks at it."""
    return GraphError(100, f"(#100) {message}")


def parameter_missing(name: str) -> GraphError:
    return invalid_parameter(f"The parameter {name} is required.")


def unknown_object(object_id: str, method: str) -> GraphError:
    """Missing and not yours look the same: code 100, subcode 33."""
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        f"missing permissions, or does not support this operation. {_HELP}"
    )
    return GraphError(100, message, kind="GraphMethodException", subcode=33)


def unknown_alias(name: str) -> GraphError:
    return GraphError(803, f"(#803) Some of the aliases you requested do not exist: {name}", 404)


def unknown_path(rest: str) -> GraphError:
    return GraphError(2500, f"Unknown path components: /{rest}")


def unknown_field(field: str, node: str) -> GraphError:
    return GraphError(100, f"(#100) Tried accessing nonexisting field ({field}) on node type ({node})")


def dead_token(message: str, subcode: int | None = None) -> GraphError:
    return GraphError(190, message, 401, subcode=subcode)


def token_expired(expired_at: str, now: str) -> GraphError:
    message = f"Error validating access token: Session has expired on {expired_at}. The current time is {now}."
    return dead_token(message, subcode=463)


def webhook_error(code: int, details: str | None = None) -> JsonObject:
    """The error object of a webhook: in statuses, messages and beside them."""
    _, title = CATALOGUE.get(code, (400, "Unknown error"))
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or title},
        "href": "/documentation/business-messaging/whatsapp/support/error-codes",
    }
