"""The gateway's rules: whose number it is, what may become of a message that leaves, who is told of what happened."""

from gateway.domain.private import PRIVATE
from gateway.domain.tags import Tags

__all__ = ["PRIVATE", "Tags"]
