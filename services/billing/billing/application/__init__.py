"""The use cases of billing."""

from billing.application.books import Books
from billing.application.buying import Buying
from billing.application.charging import Charging
from billing.application.expiring import Expiring
from billing.application.listening import Listening
from billing.application.recharging import Recharging
from billing.application.settling import Settling

__all__ = ["Books", "Buying", "Charging", "Expiring", "Listening", "Recharging", "Settling"]
