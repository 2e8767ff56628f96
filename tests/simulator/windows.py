"""Customer service windows and free entry points.

Meta's contract, section 18: 24 hours from the person's last message to that number; an advertisement's visitor who is
answered within 24 hours makes 72 hours free of charge.
"""

from .entities import Window
from .world import World

FREE_ENTRY_SECONDS = 72 * 3600.0


class Windows:
    """One window per number and person."""

    REFUSAL = (
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
    )

    def __init__(self, world: World) -> None:
        self._world = world

    def is_open(self, phone_number_id: str, customer_id: str) -> bool:
        window = self._find(phone_number_id, customer_id)
        now = self._world.clock.now()
        return window is not None and now < window.opened_at + self._world.rules.window_seconds

    def wrote(self, phone_number_id: str, customer_id: str, at: float, *, referred: bool = False) -> None:
        """The person wrote at `at`; an older message never shortens the window."""
        window = self._find(phone_number_id, customer_id) or self._fresh(phone_number_id, customer_id)
        window.opened_at = max(window.opened_at, at)
        if referred:
            window.referred_at = at
        self._world.store.put(window)

    def set(self, phone_number_id: str, customer_id: str, opened_at: float) -> None:
        """As a test wants it: the window counts from this moment, whatever was written."""
        window = self._find(phone_number_id, customer_id) or self._fresh(phone_number_id, customer_id)
        window.opened_at = opened_at
        self._world.store.put(window)

    def answered(self, phone_number_id: str, customer_id: str) -> bool:
        """The business sends now; says whether the free entry point covers it, opening it if this is the answer."""
        window = self._find(phone_number_id, customer_id)
        if window is None:
            return False
        now = self._world.clock.now()
        if window.referred_at is not None and now < window.referred_at + self._world.rules.window_seconds:
            window.free_entry_until, window.referred_at = now + FREE_ENTRY_SECONDS, None
            self._world.store.put(window)
        return window.free_entry_until is not None and now < window.free_entry_until

    def free_entry_until(self, phone_number_id: str, customer_id: str) -> float | None:
        window = self._find(phone_number_id, customer_id)
        return window.free_entry_until if window else None

    def _find(self, phone_number_id: str, customer_id: str) -> Window | None:
        return self._world.store.find(Window, f"{phone_number_id}/{customer_id}")

    def _fresh(self, phone_number_id: str, customer_id: str) -> Window:
        key = f"{phone_number_id}/{customer_id}"
        return Window(id=key, phone_number_id=phone_number_id, customer_id=customer_id, opened_at=0.0)
