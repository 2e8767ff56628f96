"""The platform's time: the given source plus an offset that tests may push forward."""

from collections.abc import Callable


class Clock:
    """Seconds since the epoch."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._offset = 0.0

    def now(self) -> float:
        return self._source() + self._offset

    @property
    def ahead(self) -> float:
        return self._offset

    def set_ahead(self, seconds: float) -> None:
        self._offset = seconds
