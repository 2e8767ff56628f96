"""Commands over HTTP: who asks, why, and the `Idempotency-Key` under which a repeated command has one effect."""

# No postponed annotations here: FastAPI could not resolve the dependency that `asked` closes over.
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Header, Security
from recado_events.envelope import Cause
from starlette.requests import Request
from starlette.responses import Response

from recado_chassis.caller import Caller, CallerRole
from recado_chassis.http.accounting import cause_of
from recado_chassis.http.answers import POSITION_HEADER, json_response, to_json
from recado_chassis.http.callers import caller
from recado_chassis.http.edge import edge_of
from recado_chassis.http.intake import body_of
from recado_chassis.http.problems import Problem
from recado_chassis.service import Refusal
from recado_chassis.store import CommandKey, CommandRow, Conflict
from recado_chassis.streams import Streams
from recado_chassis.work import Work

Answer = Mapping[str, Any] | None
"""JSON of ids and states, because it is stored: no personal data. None answers 204."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_DESCRIPTION = "Any text of 1 to 255 visible ASCII characters; the same key with the same body has one effect."


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it was asked. `key` and `body` are fingerprints: what the client wrote is not stored."""

    caller: Caller
    cause: Cause
    now: datetime
    key: CommandKey | None
    body: bytes


def asked(*roles: CallerRole, key_required: bool = False, recorded: bool = False) -> Callable[..., Awaitable[Asked]]:
    """A dependency of every route that changes something: `Annotated[Asked, Depends(asked("member"))]`.

    Refuses like `caller`; 400 `idempotency_key_required` or `idempotency_key_invalid`.
    """
    admit = caller(*roles, recorded=recorded)

    async def read(
        request: Request,
        who: Annotated[Caller, Security(admit)],
        idempotency_key: Annotated[str | None, Header(description=_DESCRIPTION)] = None,
    ) -> Asked:
        edge = edge_of(request)
        key = _key(request, idempotency_key is None and key_required)
        return Asked(
            caller=who,
            cause=cause_of(request.scope, str(who.user_id)),
            now=edge.clock.now(),
            key=None if key is None else _command_key(who, edge.fingerprints.of("key", key)),
            body=edge.fingerprints.digest(b"body", *_what_is_asked(request)),
        )

    return read


def _key(request: Request, missing: bool) -> str | None:
    keys = request.headers.getlist("idempotency-key")
    if missing:
        raise Problem(400, "idempotency_key_required", "Send an Idempotency-Key header; repeat it to try again safely.")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Problem(400, "idempotency_key_invalid", "Send one Idempotency-Key of 1 to 255 visible ASCII characters.")
    return keys[0]


def _command_key(who: Caller, key: str) -> CommandKey:
    return CommandKey("" if who.organisation_id is None else str(who.organisation_id), str(who.user_id), key)


def _what_is_asked(request: Request) -> tuple[bytes, bytes, bytes, bytes]:
    body = json.dumps(body_of(request.scope), sort_keys=True, separators=(",", ":"))
    scope = request.scope
    return scope["method"].encode(), scope["path"].encode(), scope["query_string"], body.encode()


def perform(
    streams: Streams,
    request: Asked,
    decide: Callable[[Work], Answer],
    *,
    status: int = 200,
    show: Callable[[Any], Any] | None = None,
) -> Response:
    """Runs a decision in one transaction and answers it, with `Recado-Position` for reads that follow.

    With a key: the same key and body get the stored answer of the first time, waiting for it where it is still under
    way; another body is refused (422, `idempotency_key_reused`). Refusals are raised, and not stored. `decide` runs
    again after a conflict. `show` makes the answer's body of the stored answer, when there is more to tell than may
    be stored; it runs after the commit.
    """
    done = streams.transact(lambda work: _once(work, request, decide, status))
    return _response(done.value, done.value.position or done.position, show)


def answered(streams: Streams, request: Asked, *, show: Callable[[Any], Any] | None = None) -> Response | None:
    """The answer of a command that was already done, for routes that act outside before they record; else None."""
    if request.key is None:
        return None
    with streams.store.session() as session:
        row = _stored(session.command(request.key), request)
    return None if row is None else _response(row, row.position, show)


def _response(row: CommandRow, position: int, show: Callable[[Any], Any] | None) -> Response:
    headers = {POSITION_HEADER: str(position)}
    answer = orjson.loads(row.answer)
    if answer is None and show is None:
        return Response(status_code=204, headers=headers)
    return json_response(answer if show is None else show(answer), row.status, headers)


def _once(work: Work, request: Asked, decide: Callable[[Work], Answer], status: int) -> CommandRow:
    key = request.key
    stored = None if key is None else _stored(work.command(key), request)
    if stored is not None:
        return stored
    try:
        answer = to_json(decide(work))
    except Refusal:
        if key is not None and work.command(key) is not None:
            raise Conflict("the same command was done while this one looked") from None
        raise
    row = CommandRow(key or _NO_KEY, request.body, status, answer, 0, request.now)
    if key is not None:
        work.changes.command = row
    return row


_NO_KEY = CommandKey("", "", "")


def _stored(row: CommandRow | None, request: Asked) -> CommandRow | None:
    if row is not None and row.body != request.body:
        raise Problem(
            422, "idempotency_key_reused", "This Idempotency-Key was used for another request; take a new one."
        )
    return row
