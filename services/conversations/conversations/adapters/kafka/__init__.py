"""The topics that conversations hears."""

from conversations.adapters.kafka.dispatch import hears

__all__ = ["hears"]
