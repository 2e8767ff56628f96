"""What the screens ask: the port that the PostgreSQL adapter answers. Rows are plain values by column name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

from recado_events.ids import MessageId, OrganisationId, PhoneNumberId

from conversations.views.attachments import AttachmentQuestions
from conversations.views.filters import Filters, Place

Row = dict[str, Any]
Order = Literal["oldest", "newest"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and whether only at what is assigned to them."""

    organisation_id: UUID
    user_id: UUID
    own_only: bool


class Listed(NamedTuple):
    rows: list[Row]
    edge: Place | None
    """Where looking ended before there were as many rows as asked for: more may stand behind it."""


class Silent(NamedTuple):
    organisation_id: OrganisationId
    place: Place


class Questions(Protocol):
    @property
    def files(self) -> AttachmentQuestions:
        """Of messages."""
        ...

    def conversations_of(
        self, viewer: Viewer, filters: Filters, now: datetime, after: Place | None, limit: int
    ) -> Listed:
        """Newest message first. Windows are open or not as of `now`."""
        ...

    def conversation(self, viewer: Viewer, conversation_id: UUID) -> Row | None: ...

    def owners_of(self, conversation_id: UUID) -> list[Row]:
        """Everybody it was ever assigned to, oldest first."""
        ...

    def timeline(
        self, conversation_id: UUID, order: Order, after: tuple[datetime, int, int] | None, limit: int
    ) -> list[Row]:
        """The oldest or the newest first, by Meta's time, place in the webhook, position."""
        ...

    def last_inbound(self, conversation_id: UUID) -> UUID | None:
        """The customer's message that was recorded last."""
        ...

    def badge(self, viewer: Viewer) -> int:
        """Unread messages in all that this user may see."""
        ...

    def saved_views_of(self, viewer: Viewer) -> list[Row]:
        """This user's own, and those that are shared, oldest first."""
        ...

    def saved_view(self, viewer: Viewer, view_id: UUID) -> Row | None: ...

    def users_of(self, organisation_id: UUID, after: UUID | None, limit: int) -> list[Row]: ...

    def unanswered(self, now: datetime, limit: int) -> list[tuple[OrganisationId, MessageId]]:
        """Requests that may not leave any more and that nobody has decided on, of all organisations."""
        ...

    def draining(self) -> list[tuple[OrganisationId, PhoneNumberId]]:
        """Numbers of whose queues there is more to give away, of all organisations."""
        ...

    def block_of(self, customer_id: UUID) -> Row | None:
        """Of somebody who was ever blocked: whether they are. Of whom a customer was merged into, where one was."""
        ...

    def wish_of(self, customer_id: UUID) -> Row | None:
        """Of somebody who ever said so: whether they want marketing, since when and by what."""
        ...

    def past_of(
        self, organisation_id: UUID, threads: Sequence[UUID], before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Row]:
        """What was written in these threads before the number came here, newest first; nothing that is live too."""
        ...

    def silent(self, now: datetime, after: Place | None, limit: int) -> list[Silent]:
        """Conversations in which nobody wrote for as long as their number's rule says, of all organisations and of
        numbers that are connected; silent the longest first, behind `after`."""
        ...

    def rota_of(self, organisation_id: UUID, phone_number_id: str) -> Row | None: ...
