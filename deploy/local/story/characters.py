"""Who appears in the story."""

import secrets
from dataclasses import dataclass

FIRST_NAMES = ("Marina", "Otavio", "Luiza", "Renato", "Irene", "Fabio", "Clara", "Hugo", "Paula", "Simone")
LAST_NAMES = ("Lopes", "Barros", "Nunes", "Freitas", "Prado", "Viana", "Moura", "Salles", "Tavares", "Reis")


@dataclass(frozen=True)
class Customer:
    wa_id: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def new_customer() -> Customer:
    """Somebody who has not written before, so that the story can be played again and again."""
    number = f"55119{secrets.randbelow(10**8):08d}"
    return Customer(number, secrets.choice(FIRST_NAMES), secrets.choice(LAST_NAMES))
