"""The use cases of the gateway: channels, messages out, outgoing webhooks, and what is asked of the world for them."""

from gateway.application.connecting import Connecting
from gateway.application.dispatching import Dispatching
from gateway.application.moving import Moving
from gateway.application.requesting import Queueing
from gateway.application.reviewing import Reviewing
from gateway.application.sending import Sending
from gateway.application.staffing import Staffing
from gateway.application.subscribing import Subscribing
from gateway.application.unsubscribing import Unsubscribing

__all__ = [
    "Connecting",
    "Dispatching",
    "Moving",
    "Queueing",
    "Reviewing",
    "Sending",
    "Staffing",
    "Subscribing",
    "Unsubscribing",
]
