"""A webhook URL of one's own for a WABA or a number, taken only after its handshake.

Meta's contract, sections 3.1 and 3.7.
"""

from .errors import GraphError, invalid_parameter
from .parameters import Param, as_object
from .poster import Poster

_CHALLENGE = "1158201444"


class Overrides:
    """Checks an override before it is used."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    async def checked(self, configuration: object) -> str | None:
        """The URL to use from now on, or None when the override is taken away."""
        given = Param("webhook_configuration", as_object(configuration, "webhook_configuration"))
        url = given.optional_text("override_callback_uri", 200)
        if not url:
            return None
        if not url.startswith(("https://", "http://")):
            raise invalid_parameter("Param override_callback_uri is not a valid URI.")
        token = given.text("verify_token", 200)
        query = {"hub.mode": "subscribe", "hub.challenge": _CHALLENGE, "hub.verify_token": token}
        status, answer = await self._poster.handshake(url, query)
        if status != 200 or answer != _CHALLENGE:
            reason = f"HTTP Status Code = {status}" if status else answer
            message = f"(#2200) Callback verification failed with the following errors: {reason}"
            raise GraphError(2200, message)
        return url
