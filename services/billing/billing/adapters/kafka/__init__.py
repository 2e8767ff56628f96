"""What billing hears."""

from billing.adapters.kafka.dispatch import hears

__all__ = ["hears"]
