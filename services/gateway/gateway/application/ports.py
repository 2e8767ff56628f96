"""What the use cases need of the world beyond the log: Meta, the places where tokens and waiting sends are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from recado_chassis.store import Effect
from recado_events.conversations import Released
from recado_events.envelope import Cause
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, WabaId

from gateway.commands import Verdict
from gateway.domain.dispatch import Dispatch

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

    def forget(self, number: Number) -> Effect: ...

    def find(self, numbers: Collection[Number]) -> Mapping[Number, Token]:
        """Those that messages go out with."""
        ...

    def of(self, number: Number, authorisation: int) -> Token | None:
        """This one of the channel's tokens, trusted or not."""
        ...

    def any_of_account(self, waba_id: WabaId) -> bool:
        """Whether any number of this account has a token here."""
        ...


# Sends that wait ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A send that may be made now, as the index says; only its stream knows."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId
    attempt: int
    pair: str | None
    """Bucket of the rate to its recipient; None for what does not count there."""
    cause: Cause


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a dispatcher has room for: `rooms` at some numbers, `room` at every other, `limit` in all."""

    partitions: Collection[int] | None
    """Those it holds; None for all."""
    limit: int
    room: int
    rooms: Mapping[PhoneNumberId, int] = field(default_factory=dict)


class Line(Protocol):
    """The sends that wait, in the order they came, and the rates at which they may leave."""

    def enter(self, due: Due, partition: int, send_by: datetime, at: datetime) -> Effect:
        """`partition` is the topic's from which it was heard."""
        ...

    def mirror(self, states: Mapping[MessageId, Dispatch]) -> Effect:
        """Brings the index to what the streams say."""
        ...

    def spend(self, started: Sequence[Due]) -> Effect:
        """Takes a token from each bucket of each send; Conflict where one is empty."""
        ...

    def due(self, wanted: Wanted, now: datetime) -> list[Due]:
        """The first send of each customer, number by number, as far as rates allow."""
        ...

    def expired(self, now: datetime, limit: int) -> list[Due]:
        """Those that may not leave any more."""
        ...

    def silent(self, started_before: datetime, limit: int) -> list[Due]:
        """Claimed before that moment, and nobody has said what became of them."""
        ...

    def tidy(self) -> None:
        """Forgets buckets that are full again."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """The right and the duty to make one attempt, for ever."""

    due: Due
    attempt: int
    started_at: datetime
    released: Released = field(repr=False)
    tag: str
    token: Token


# Meta -------------------------------------------------------------------------------------------------


class Messages(Protocol):
    """Sends messages by Graph."""

    async def send(self, claim: Claim, may_write: Callable[[], bool]) -> Verdict:
        """One call, never repeated. Writes nothing if `may_write` says no just before the first byte. Never raises."""
        ...


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
