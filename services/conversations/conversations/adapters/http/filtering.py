"""Filters of a list of conversations, as they are asked for in a query."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field

from conversations.domain.refusals import DatesReversed, NothingToSearch
from conversations.views.filters import Filters, State, View, Window
from conversations.views.words import number_in, words_of

_MOST = 20
Text = Annotated[str, Field(min_length=1, max_length=200)]
Channel = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
_STAGE = "Of a pipeline record that was opened in the conversation, or concerns its contact."


def _whose(
    view: View = "all",
    owner: Annotated[list[UUID], Query(max_length=_MOST, description="Any of these users.")] = [],  # noqa: B006 - FastAPI copies it
    unassigned: bool | None = None,
    contact: Annotated[UUID | None, Query(description="Of the customers that crm linked to this contact.")] = None,
    company: Annotated[UUID | None, Query(description="The company that their contact belongs to.")] = None,
    stage: Annotated[list[UUID], Query(max_length=_MOST, description=_STAGE)] = [],  # noqa: B006
) -> Filters:
    return Filters(
        view=view,
        owners=tuple(owner),
        unassigned=unassigned,
        contact_id=contact,
        company_id=company,
        stages=tuple(stage),
    )


def _which(
    state: Annotated[list[State], Query(max_length=_MOST)] = [],  # noqa: B006
    channel: Annotated[list[Channel], Query(max_length=_MOST, description="Ids of business numbers.")] = [],  # noqa: B006
    window: Annotated[
        list[Window], Query(max_length=_MOST, description="closing: open, with two hours left at most.")
    ] = [],  # noqa: B006
    unread: bool | None = None,
    failed: Annotated[bool | None, Query(description="Whether a message did not reach the customer.")] = None,
) -> Filters:
    return Filters(states=tuple(state), channels=tuple(channel), windows=tuple(window), unread=unread, failed=failed)


def _when(
    active_from: Annotated[AwareDatetime | None, Query(description="Of the newest message; included.")] = None,
    active_until: Annotated[AwareDatetime | None, Query(description="Not included.")] = None,
    opened_from: Annotated[AwareDatetime | None, Query(description="Included.")] = None,
    opened_until: Annotated[AwareDatetime | None, Query(description="Not included.")] = None,
) -> Filters:
    return Filters(
        active_from=active_from, active_until=active_until, opened_from=opened_from, opened_until=opened_until
    )


_TEXT = (
    "Words of one message or name, without case and accents, the last one perhaps only begun; or a part of a number."
)


def filters(
    whose: Annotated[Filters, Depends(_whose)],
    which: Annotated[Filters, Depends(_which)],
    when: Annotated[Filters, Depends(_when)],
    text: Annotated[Text | None, Query(description=_TEXT)] = None,
) -> Filters:
    """A dependency of lists. Everything that is given must fit; several values of one filter are alternatives."""
    return checked(
        replace(
            whose,
            states=which.states,
            channels=which.channels,
            windows=which.windows,
            unread=which.unread,
            failed=which.failed,
            active_from=when.active_from,
            active_until=when.active_until,
            opened_from=when.opened_from,
            opened_until=when.opened_until,
            text=text,
        )
    )


def checked(asked: Filters) -> Filters:
    """Raises DatesReversed and NothingToSearch."""
    spans = {"active": (asked.active_from, asked.active_until), "opened": (asked.opened_from, asked.opened_until)}
    for name, (start, end) in spans.items():
        if start is not None and end is not None and start >= end:
            raise DatesReversed(name=name)
    if asked.text is not None and not words_of(asked.text) and number_in(asked.text) is None:
        raise NothingToSearch
    return asked
