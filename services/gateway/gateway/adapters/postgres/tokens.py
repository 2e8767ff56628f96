"""Access tokens in PostgreSQL, sealed: a dump of the database holds none that could be used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

import structlog
from psycopg import Connection
from recado_chassis.store import Effect
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId

from gateway.application.accounts import Number, Token, Unsubscription
from gateway.application.template_ports import Account

PURPOSE = "access_token"
KEEP = """
INSERT INTO unchecked_tokens (phone_number_id, organisation_id, waba_id, authorisation, ciphertext)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (phone_number_id, organisation_id) DO UPDATE SET waba_id = excluded.waba_id,
    authorisation = excluded.authorisation, ciphertext = excluded.ciphertext, kept_at = now()
"""
TRUST = """
WITH checked AS (
    DELETE FROM unchecked_tokens WHERE phone_number_id = %s AND organisation_id = %s AND authorisation = %s
    RETURNING phone_number_id, organisation_id, waba_id, authorisation, ciphertext
)
INSERT INTO channel_tokens (phone_number_id, organisation_id, waba_id, authorisation, ciphertext)
SELECT * FROM checked
ON CONFLICT (phone_number_id, organisation_id) DO UPDATE SET waba_id = excluded.waba_id,
    authorisation = excluded.authorisation, ciphertext = excluded.ciphertext, kept_at = now()
"""
FORGET_UNCHECKED = "DELETE FROM unchecked_tokens WHERE phone_number_id = %s AND organisation_id = %s"
RETIRE = """
WITH retired AS (
    DELETE FROM channel_tokens WHERE phone_number_id = %s AND organisation_id = %s
    RETURNING phone_number_id, organisation_id, waba_id, authorisation, ciphertext
)
INSERT INTO pending_unsubscriptions (phone_number_id, organisation_id, waba_id, authorisation, ciphertext)
SELECT * FROM retired
ON CONFLICT (phone_number_id, organisation_id, waba_id) DO UPDATE SET authorisation = excluded.authorisation,
    ciphertext = excluded.ciphertext, attempts = 0, asked_at = now(), due_at = now()
"""
TAKE = """
UPDATE pending_unsubscriptions SET attempts = attempts + 1,
    due_at = now() + make_interval(secs => least(60 * 2 ^ least(attempts, 6), 3600))
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM pending_unsubscriptions
    WHERE due_at <= now() AND phone_number_id = coalesce(%s, phone_number_id)
        AND organisation_id = coalesce(%s, organisation_id)
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING organisation_id, phone_number_id, waba_id, authorisation, ciphertext, attempts,
    asked_at < now() - interval '7 days'
"""
SETTLE = """
DELETE FROM pending_unsubscriptions
WHERE phone_number_id = %s AND organisation_id = %s AND waba_id = %s AND attempts = %s
    AND authorisation = coalesce(%s, authorisation)
"""
OF_STEP = """
SELECT ciphertext FROM (
    SELECT phone_number_id, organisation_id, authorisation, ciphertext FROM unchecked_tokens
    UNION ALL SELECT phone_number_id, organisation_id, authorisation, ciphertext FROM channel_tokens
) AS kept
WHERE phone_number_id = %s AND organisation_id = %s AND authorisation = %s LIMIT 1
"""
FIND = """
SELECT organisation_id, phone_number_id, authorisation, ciphertext FROM channel_tokens
WHERE phone_number_id = ANY (%s)
"""
OF_NUMBERS = """
SELECT phone_number_id, authorisation, ciphertext FROM channel_tokens
WHERE organisation_id = %s AND waba_id = %s ORDER BY kept_at DESC, phone_number_id
"""
ACCOUNTS = "SELECT DISTINCT organisation_id, waba_id FROM channel_tokens ORDER BY organisation_id, waba_id"
OF_ACCOUNT = "SELECT EXISTS (SELECT FROM channel_tokens WHERE waba_id = %s)"

_log = structlog.get_logger()


class Vault(Protocol):
    def seal(self, secret: str, *place: str) -> bytes: ...

    def open(self, sealed: bytes, *place: str) -> str:
        """Raises an exception where it cannot."""
        ...


class SealedTokens:
    """Implements `Tokens`, `AccountTokens` and `Unsubscriptions`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]], vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def keep(self, number: Number, waba_id: WabaId, token: Token) -> Effect:
        sealed = self._vault.seal(token.text, *place_of(number))

        def write(connection: Connection[Any]) -> None:
            connection.execute(KEEP, [number[1], number[0], waba_id, token.authorisation, sealed])

        return write

    def trust(self, number: Number, authorisation: int) -> Effect:
        def write(connection: Connection[Any]) -> None:
            connection.execute(TRUST, [number[1], number[0], authorisation])

        return write

    def retire(self, number: Number) -> Effect:
        def write(connection: Connection[Any]) -> None:
            connection.execute(RETIRE, [number[1], number[0]])
            connection.execute(FORGET_UNCHECKED, [number[1], number[0]])

        return write

    def of(self, number: Number, authorisation: int) -> Token | None:
        with self._connection() as connection:
            row = connection.execute(OF_STEP, [number[1], number[0], authorisation]).fetchone()
        text = None if row is None else self._open(number, bytes(row[0]))
        return None if text is None else Token(text, authorisation)

    def find(self, numbers: Collection[Number]) -> Mapping[Number, Token]:
        """Those that can be opened. One that cannot counts as absent, and is shown."""
        with self._connection() as connection:
            rows = connection.execute(FIND, [[number[1] for number in numbers]], prepare=True).fetchall()
        found: dict[Number, Token] = {}
        for organisation_id, phone_number_id, authorisation, sealed in rows:
            number = (OrganisationId(organisation_id), PhoneNumberId(phone_number_id))
            text = self._open(number, bytes(sealed)) if number in numbers else None
            if text is not None:
                found[number] = Token(text, authorisation)
        return found

    def any_of_account(self, waba_id: WabaId) -> bool:
        with self._connection() as connection:
            row = connection.execute(OF_ACCOUNT, [waba_id]).fetchone()
        return bool(row and row[0])

    def of_account(self, account: Account) -> list[tuple[PhoneNumberId, Token | None]]:
        with self._connection() as connection:
            rows = connection.execute(OF_NUMBERS, list(account)).fetchall()
        return [(PhoneNumberId(row[0]), self._token((account[0], PhoneNumberId(row[0])), *row[1:])) for row in rows]

    def accounts(self) -> list[Account]:
        with self._connection() as connection:
            rows = connection.execute(ACCOUNTS).fetchall()
        return [(OrganisationId(organisation_id), WabaId(waba_id)) for organisation_id, waba_id in rows]

    def _token(self, number: Number, authorisation: int, sealed: bytes) -> Token | None:
        text = self._open(number, bytes(sealed))
        return None if text is None else Token(text, authorisation)

    def take(self, limit: int, number: Number | None = None) -> list[Unsubscription]:
        organisation_id, phone_number_id = number or (None, None)
        with self._connection() as connection:
            rows = connection.execute(TAKE, [phone_number_id, organisation_id, limit]).fetchall()
        return [self._unsubscription(*row) for row in rows]

    def settle(self, one: Unsubscription) -> None:
        """Unless it was asked for anew, or taken again, meanwhile."""
        with self._connection() as connection:
            authorisation = one.token.authorisation if one.token else None
            connection.execute(SETTLE, [one.number[1], one.number[0], one.waba_id, one.attempts, authorisation])

    def _unsubscription(
        self, organisation_id: UUID, phone_number_id: str, waba_id: str, authorisation: int, sealed: bytes, *rest: Any
    ) -> Unsubscription:
        number = (OrganisationId(organisation_id), PhoneNumberId(phone_number_id))
        text = self._open(number, bytes(sealed))
        return Unsubscription(number, WabaId(waba_id), None if text is None else Token(text, authorisation), *rest)

    def _open(self, number: Number, sealed: bytes) -> str | None:
        try:
            return self._vault.open(sealed, *place_of(number))
        except Exception as error:  # noqa: BLE001 - one token that does not open must not stop all other numbers
            _log.error("token_unreadable", phone_number_id=number[1], organisation_id=str(number[0]), exc_info=error)
            return None


def place_of(number: Number) -> tuple[str, str, str]:
    return str(number[0]), number[1], PURPOSE
