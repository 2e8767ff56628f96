"""What crm hears."""

from crm.adapters.kafka.dispatch import hears

__all__ = ["hears"]
