"""Every sealed token and secret sealed anew with the vault's first key, so that older keys can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import structlog
from psycopg import Connection
from recado_events.ids import OrganisationId, PhoneNumberId, SubscriptionId

from gateway.adapters.postgres import subscriptions
from gateway.adapters.postgres.tokens import Vault, place_of
from gateway.application.accounts import Resealed

TABLES = ("unchecked_tokens", "channel_tokens", "pending_unsubscriptions")
"""In the order in which a token moves through them, so that none slips through."""
SEALED = "SELECT organisation_id, phone_number_id, ciphertext FROM {}"
RESEAL = "UPDATE {} SET ciphertext = %s WHERE organisation_id = %s AND phone_number_id = %s AND ciphertext = %s"
OTHERS = "SELECT organisation_id, subscription_id, generation, ciphertext FROM subscription_secrets"
RESEAL_OTHERS = """
UPDATE subscription_secrets SET ciphertext = %s WHERE subscription_id = %s AND generation = %s AND ciphertext = %s
"""

_log = structlog.get_logger()


class Resealing:
    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]], vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def reseal(self) -> Resealed:
        """Beside running processes: a token that is replaced meanwhile is left as it is."""
        opened = [self._reseal(table, *row) for table in TABLES for row in self._rows(table)]
        opened += [self._reseal_secret(*row) for row in self._secrets()]
        return Resealed(sealed=opened.count(True), unreadable=opened.count(False))

    def _rows(self, table: str) -> list[tuple[OrganisationId, PhoneNumberId, bytes]]:
        with self._connection() as connection:
            return connection.execute(SEALED.format(table).encode()).fetchall()

    def _secrets(self) -> list[tuple[OrganisationId, SubscriptionId, int, bytes]]:
        with self._connection() as connection:
            return connection.execute(OTHERS).fetchall()

    def _reseal(self, table: str, organisation_id: OrganisationId, number: PhoneNumberId, sealed: bytes) -> bool:
        """Whether it could be opened."""
        anew = self._anew(place_of((organisation_id, number)), sealed, table=table, phone_number_id=number)
        if anew is not None:
            with self._connection() as connection:
                connection.execute(RESEAL.format(table).encode(), [anew, organisation_id, number, sealed])
        return anew is not None

    def _reseal_secret(
        self, organisation_id: OrganisationId, of: SubscriptionId, generation: int, sealed: bytes
    ) -> bool:
        place = subscriptions.place_of((organisation_id, of), generation)
        anew = self._anew(place, sealed, table="subscription_secrets", subscription_id=str(of))
        if anew is not None:
            with self._connection() as connection:
                connection.execute(RESEAL_OTHERS, [anew, of, generation, sealed])
        return anew is not None

    def _anew(self, place: tuple[str, ...], sealed: bytes, **where: str) -> bytes | None:
        try:
            return self._vault.seal(self._vault.open(bytes(sealed), *place), *place)
        except Exception as error:  # noqa: BLE001 - one that does not open must not stop all others
            _log.error("token_unreadable", error=type(error).__name__, **where)
            return None
