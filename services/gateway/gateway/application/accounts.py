"""What connecting needs of the world beyond the log: Meta's onboarding, and the places where tokens are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from recado_chassis.store import Effect
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId

# Tokens ----------------------------------------------------------------------------------------------

Number = tuple[OrganisationId, PhoneNumberId]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `authorisation` says the how manieth it is for its channel."""

    text: str = field(repr=False)
    authorisation: int = 1


class Tokens(Protocol):
    """Access tokens, encrypted where they rest. A new one stands aside until it is trusted: messages go out with
    the one before."""

    def keep(self, number: Number, waba_id: WabaId, token: Token) -> Effect:
        """Puts a new one aside."""
        ...

    def trust(self, number: Number, authorisation: int) -> Effect:
        """Messages go out with this one from now on; the one before is forgotten."""
        ...

    def retire(self, number: Number) -> Effect:
        """Messages go out with none any more; the trusted one is kept until the account is unsubscribed with it."""
        ...

    def find(self, numbers: Collection[Number]) -> Mapping[Number, Token]:
        """Those that messages go out with."""
        ...

    def of(self, number: Number, authorisation: int) -> Token | None:
        """This one of the channel's tokens, trusted or not."""
        ...

    def any_of_account(self, waba_id: WabaId) -> bool:
        """Whether any number of this account has a token here."""
        ...


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many tokens are sealed with the first key now, and how many no key opens."""

    sealed: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """An account that Meta is still to be told to send nothing more of."""

    number: Number
    waba_id: WabaId
    token: Token | None
    """None where it cannot be opened."""
    attempts: int
    """With this one."""
    is_overdue: bool
    """It has failed for days."""


class Unsubscriptions(Protocol):
    """Those that are still to be made."""

    def take(self, limit: int, number: Number | None = None) -> list[Unsubscription]:
        """Some that are due, of one number or of all: each is due again only after a while that grows."""
        ...

    def settle(self, one: Unsubscription) -> None:
        """It is over; its token is forgotten."""
        ...


# Meta -------------------------------------------------------------------------------------------------


class GraphFailed(Exception):
    """Meta refused a call of connecting, or could not be asked; `code` is Meta's."""

    def __init__(self, reason: str, code: int | None = None, *, is_refusal: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.is_refusal = is_refusal


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token is, as Meta says."""

    app_id: str | None
    is_valid: bool
    scopes: frozenset[str]
    accounts: Mapping[str, frozenset[str] | None]
    """Of each scope: the WABAs it is for, None for all."""


@dataclass(frozen=True, slots=True)
class NumberAtMeta:
    display_phone_number: str | None = None
    is_registered: bool = False
    is_on_phone_app: bool = False


class Accounts(Protocol):
    """Onboarding at Graph. Synchronous; every method raises GraphFailed."""

    def exchange(self, code: str) -> str:
        """An access token for a code of Embedded Signup."""
        ...

    def inspect(self, token: Token) -> Granted: ...

    def number(self, waba_id: WabaId, phone_number_id: PhoneNumberId, token: Token) -> NumberAtMeta | None:
        """The number, if it belongs to that account."""
        ...

    def subscribe(self, waba_id: WabaId, token: Token) -> None: ...

    def unsubscribe(self, waba_id: WabaId, token: Token) -> None: ...

    def register(self, phone_number_id: PhoneNumberId, pin: str, token: Token) -> None: ...
