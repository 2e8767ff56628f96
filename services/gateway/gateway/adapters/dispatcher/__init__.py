"""What moves messages out, and files both ways: looks for what is due, takes it, makes the calls, records what came."""

from gateway.adapters.dispatcher.bell import Bell
from gateway.adapters.dispatcher.dispatcher import Dispatcher, uptime
from gateway.adapters.dispatcher.mover import Mover
from gateway.adapters.dispatcher.traffic import Limits

__all__ = ["Bell", "Dispatcher", "Limits", "Mover", "uptime"]
