"""What a templates process is told by its environment."""

from __future__ import annotations

from recado_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service has."""
