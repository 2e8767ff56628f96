"""Who may come in: dependencies that turn a bearer token into a Caller of an admitted role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
from fastapi import Security
from fastapi.security import HTTPBearer
from starlette.requests import Request

from recado_chassis.caller import Caller, CallerRole
from recado_chassis.http.accounting import hold_a_share, is_lasting
from recado_chassis.http.edge import edge_of
from recado_chassis.http.problems import Problem
from recado_chassis.http.tokens import NotAuthenticated
from recado_chassis.threads import in_thread

bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="RS256 or ES256, made by the identity provider.")
"""Only describes the API; `identify` reads the header."""


async def identify(request: Request) -> Caller:
    """The caller of a request, verified once, when it is their organisation's turn. Raises NotAuthenticated, and 429
    where it asks for too much at once."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    edge = edge_of(request)
    found = await edge.tokens.verify(_token(request))
    if found.organisation_id is not None:
        line = edge.screens if is_lasting(request.scope) else edge.shares
        hold_a_share(request.scope, await line.enter(found.organisation_id))
    if edge.standing is not None:
        now = await in_thread(edge.standing, found)
        if now is None:
            raise NotAuthenticated("This user may not come in any more.")
        found = now
    request.state.caller = found
    structlog.contextvars.bind_contextvars(role=found.role, user_id=str(found.user_id))
    if found.organisation_id is not None:
        structlog.contextvars.bind_contextvars(organisation_id=str(found.organisation_id))
    return found


def _token(request: Request) -> str:
    headers = request.headers.getlist("authorization")
    if not headers:
        raise NotAuthenticated("Send a token as `Authorization: Bearer …`.", presented=False)
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("Send one token as `Authorization: Bearer …`.")
    return token.strip()


def caller(*roles: CallerRole) -> Callable[..., Awaitable[Caller]]:
    """A dependency that admits these roles: `who: Annotated[Caller, Depends(caller("administrator", "member"))]`.

    401 without a valid token. A service's token is no user's token and the other way round: 401 too. Users of
    another role: 403, rule `role_not_allowed`.
    """
    if not roles:
        raise ValueError("say which roles are admitted")
    for_services = "service" in roles
    for_users = any(role != "service" for role in roles)

    async def admitted(request: Request, _: Annotated[object, Security(bearer)]) -> Caller:
        found = await identify(request)
        if found.role in roles:
            return found
        is_service = found.role == "service"
        if (is_service and not for_services) or (not is_service and not for_users):
            raise NotAuthenticated("This is a token of a service; send a user's." if is_service else _USERS)
        raise Problem(403, "role_not_allowed", "Your role may not do this.", allowed=sorted(roles))

    return admitted


_USERS = "This is a user's token; send a token of a service."
