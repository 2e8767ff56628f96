"""Lists in pages, and reads that show what was written before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from recado_chassis.http.answers import json_response
from recado_chassis.http.callers import identify
from recado_chassis.http.cursors import Cursors
from recado_chassis.http.edge import edge_of
from recado_chassis.http.numbers import Limit, Position
from recado_chassis.http.problems import Problem

Row = TypeVar("Row")
_NO_FILTERS = ("cursor", "limit", "min_position")
_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. A query fetches `limit + 1` rows after `after` (None: from the start)."""

    limit: int
    after: list[Any] | None
    _request: Request
    _scope: str
    _cursors: Cursors

    @property
    def fetch(self) -> int:
        """How many rows to ask for: one more than shown tells whether there is a next page."""
        return self.limit + 1

    def answer(
        self,
        rows: Sequence[Row],
        after: Callable[[Row], list[Any]],
        item: Callable[[Row], Any] = lambda row: row,
        *,
        edge: list[Any] | None = None,
    ) -> Response:
        """`{"items", "next_cursor"}` and a Link header. `after` gives a row's place in the order, as JSON values;
        `edge` is where a query stopped looking before it had as many rows as it was asked for."""
        shown = rows[: self.limit]
        place = after(shown[-1]) if len(rows) > self.limit else edge
        cursor = None if place is None else self._cursors.seal(self._scope, place)
        headers = {"Link": f'<{self._link(cursor)}>; rel="next"'} if cursor is not None else None
        return json_response({"items": [item(row) for row in shown], "next_cursor": cursor}, headers=headers)

    def _link(self, cursor: str) -> str:
        query = [*_filters(self._request), ("limit", str(self.limit)), ("cursor", cursor)]
        return f"{quote(self._request.url.path)}?{urlencode(query)}"


async def page(request: Request, limit: Limit = 50, cursor: Annotated[str | None, Query()] = None) -> Page:
    """A dependency of lists: `page: Annotated[Page, Depends(page)]`. A cursor of another list: 400 `cursor_invalid`."""
    cursors = edge_of(request).cursors
    who = await identify(request)
    scope = "\0".join([request.url.path, str(who.organisation_id), *(f"{k}={v}" for k, v in _filters(request))])
    return Page(limit, None if cursor is None else cursors.open(scope, cursor), request, scope, cursors)


def _filters(request: Request) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in request.query_params.multi_items() if name not in _NO_FILTERS)


async def caught_up(request: Request, min_position: Position = 0) -> None:
    """A dependency of reads: waits until the views have come to `min_position` (a command's `Recado-Position`), up to
    5 s; then 503 `not_caught_up`."""
    if min_position == 0 or await edge_of(request).wait_for(min_position, _WAIT_SECONDS):
        return
    raise Problem(
        503,
        "not_caught_up",
        "The views have not come to min_position yet. Try again.",
        headers={"Retry-After": "1"},
    )
