"""What moves messages out: looks for what is due, claims it, makes the calls, records what came of them."""

from gateway.adapters.dispatcher.bell import Bell
from gateway.adapters.dispatcher.dispatcher import Dispatcher, uptime
from gateway.adapters.dispatcher.traffic import Limits

__all__ = ["Bell", "Dispatcher", "Limits", "uptime"]
