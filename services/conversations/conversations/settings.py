"""What a conversations process is told by its environment."""

from __future__ import annotations

from recado_chassis.files import FileSettings
from recado_chassis.settings import ServiceSettings


class Settings(FileSettings, ServiceSettings):
    reactions_open_window: bool = True
    """Whether a customer's reaction counts as a message: it opens or extends the window, and it is an answer."""
