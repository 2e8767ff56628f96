"""What moving files needs of the world beyond the log: Meta, and the places where files wait to be moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Protocol

from recado_chassis.files import Spool
from recado_chassis.store import Effect
from recado_events.content import OutgoingMedia
from recado_events.envelope import Cause
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from gateway.application.accounts import Token
from gateway.domain.fetching import Fetch


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message whose file may be moved now, as the index says; only its stream knows."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId
    attempts: int
    cause: Cause


class FetchLine(Protocol):
    """Files of customers that are to be fetched."""

    def enter(self, waiting: Waiting, at: datetime) -> Effect: ...

    def mirror(self, message_id: MessageId, fetch: Fetch) -> Effect:
        """Brings the index to what the stream says."""
        ...

    def put_off(self, message_id: MessageId, attempts: int, until: datetime) -> None: ...

    def take(self, now: datetime, limit: int, under_way: Sequence[OrganisationId] = ()) -> Sequence[Waiting]:
        """Some that are due, oldest first; each is handed out again only after longer than a fetch may take. No
        organisation has more than its share, of which those `under_way` count, each once."""
        ...


class UploadLine(Protocol):
    """Messages whose file Meta has to have first."""

    def enter(self, waiting: Waiting, at: datetime, send_by: datetime) -> Effect: ...

    def leave(self, message_id: MessageId) -> Effect: ...

    def put_off(self, message_id: MessageId, attempts: int, until: datetime) -> None: ...

    def take(self, now: datetime, limit: int, under_way: Sequence[OrganisationId] = ()) -> Sequence[Waiting]:
        """As FetchLine's; those that may not leave any more are forgotten."""
        ...


class MediaLines(Protocol):
    @property
    def fetches(self) -> FetchLine: ...
    @property
    def uploads(self) -> UploadLine: ...

    def count(self) -> Mapping[str, int]:
        """How many wait: `fetch` and `upload`."""
        ...


class MediaFailed(Exception):
    """Meta did not give a file, or did not take one, this time. `is_final`: nor will it."""

    def __init__(self, reason: str, code: int | None = None, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.is_final = is_final


class MediaAtMeta(Protocol):
    """Synchronous. Raises MediaFailed."""

    def fetch(self, phone_number_id: PhoneNumberId, media_id: str, token: Token, spool: Spool) -> str | None:
        """Writes all of it, and answers the hash that Meta tells, in hex."""
        ...

    def upload(self, phone_number_id: PhoneNumberId, file: OutgoingMedia, content: IO[bytes], token: Token) -> str:
        """Answers Meta's id."""
        ...
