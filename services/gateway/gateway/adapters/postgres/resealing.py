"""Every sealed token sealed anew with the vault's first key, so that older keys can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import structlog
from psycopg import Connection
from recado_events.ids import OrganisationId, PhoneNumberId

from gateway.adapters.postgres.tokens import Vault, place_of
from gateway.application.accounts import Resealed

TABLES = ("unchecked_tokens", "channel_tokens", "pending_unsubscriptions")
"""In the order in which a token moves through them, so that none slips through."""
SEALED = "SELECT organisation_id, phone_number_id, ciphertext FROM {}"
RESEAL = "UPDATE {} SET ciphertext = %s WHERE organisation_id = %s AND phone_number_id = %s AND ciphertext = %s"

_log = structlog.get_logger()


class Resealing:
    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]], vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def reseal(self) -> Resealed:
        """Beside running processes: a token that is replaced meanwhile is left as it is."""
        opened = [self._reseal(table, *row) for table in TABLES for row in self._rows(table)]
        return Resealed(sealed=opened.count(True), unreadable=opened.count(False))

    def _rows(self, table: str) -> list[tuple[OrganisationId, PhoneNumberId, bytes]]:
        with self._connection() as connection:
            return connection.execute(SEALED.format(table).encode()).fetchall()

    def _reseal(self, table: str, organisation_id: OrganisationId, number: PhoneNumberId, sealed: bytes) -> bool:
        """Whether it could be opened."""
        place = place_of((organisation_id, number))
        try:
            anew = self._vault.seal(self._vault.open(bytes(sealed), *place), *place)
        except Exception as error:  # noqa: BLE001 - one that does not open must not stop all others
            _log.error("token_unreadable", phone_number_id=number, table=table, error=type(error).__name__)
            return False
        with self._connection() as connection:
            connection.execute(RESEAL.format(table).encode(), [anew, organisation_id, number, sealed])
        return True
