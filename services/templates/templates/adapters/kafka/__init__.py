"""What templates hears."""

from templates.adapters.kafka.dispatch import hears

__all__ = ["hears"]
