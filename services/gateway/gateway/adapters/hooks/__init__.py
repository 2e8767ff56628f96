"""What tells receivers of organisations what happened: reads all logs, delivers in order, signs, tries again."""

from gateway.adapters.hooks.notifier import Notifier
from gateway.adapters.hooks.outgoing import Outgoing

__all__ = ["Notifier", "Outgoing"]
