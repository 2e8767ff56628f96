"""What a billing process is told by its environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr
from recado_chassis.settings import ServiceSettings

Secret = Annotated[SecretStr, Field(min_length=16)]


class Settings(ServiceSettings):
    payments_key: Secret
    """The secret API key at Stripe: sk_…."""
    payments_secrets: Annotated[tuple[Secret, ...], Field(min_length=1)]
    """What Stripe signs its notices with: whsec_…. All are taken, so that an old one stays until it is of no use."""
    payments_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = "https://api.stripe.com"
    """Where Stripe's API answers."""
    payments_return_url: Annotated[str, Field(pattern=r"^https?://[^\s#]+$")] = "https://example.com/credits"
    """Where people come back to after they have paid, or have not; the purchase's id is added to its query."""
    payments_tolerance: Annotated[int, Field(ge=1, le=3600)] = 300
    """Seconds that a notice of Stripe's may be old, or ahead."""
    purchase_fee_basis_points: Annotated[int, Field(ge=0, le=10_000)] = 300
    """What is paid beside the credits of a purchase, in hundredths of a per cent."""

    @property
    def payments(self) -> tuple[str, str, str]:
        """How to ask Stripe, where, and where people come back to."""
        return self.payments_key.get_secret_value(), self.payments_url, self.payments_return_url

    @property
    def notice_secrets(self) -> tuple[str, ...]:
        return tuple(secret.get_secret_value() for secret in self.payments_secrets)
