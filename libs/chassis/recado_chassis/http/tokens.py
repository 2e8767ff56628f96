"""Bearer tokens: what a JWT must prove before anybody is believed to be somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import jwt
from jwt import PyJWK
from jwt.exceptions import InvalidTokenError as JwtInvalid
from jwt.exceptions import PyJWTError
from recado_events.ids import OrganisationId, ProfileId, UserId

from recado_chassis.caller import Caller, CallerRole
from recado_chassis.http.keys import ALGORITHMS, Keys
from recado_chassis.http.problems import Problem
from recado_chassis.ports import Clock

_MAX_LENGTH = 8192
_LEEWAY_SECONDS = 5
_LATEST = 253_402_300_799.0
"""The last second of the year 9999."""
_PLATFORM: tuple[CallerRole, ...] = ("operator", "service")
_ROLES: tuple[CallerRole, ...] = get_args(CallerRole)
# Times are compared with the clock that was given; the library would ask the system's.
_OPTIONS: Any = {
    "require": ["iss", "aud", "exp", "sub"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "enforce_minimum_key_length": True,
}


class NotAuthenticated(Problem):
    """401. The detail says what kind of thing is wrong, never what was in the token."""

    def __init__(self, detail: str, *, presented: bool = True) -> None:
        challenge = 'Bearer realm="recado"' + (', error="invalid_token"' if presented else "")
        super().__init__(401, "not_authenticated", detail, headers={"WWW-Authenticate": challenge})


@dataclass(frozen=True, slots=True)
class Tokens:
    """Checks tokens: RS256 or ES256, whichever the key is for; nothing in a token chooses its own key or algorithm."""

    keys: Keys
    issuer: str
    audience: str
    clock: Clock

    async def verify(self, token: str) -> Caller:
        """Who the token speaks for. Raises NotAuthenticated, and Unavailable where keys cannot be had."""
        if len(token) > _MAX_LENGTH or not token.isascii():
            raise NotAuthenticated("The token cannot be read.")
        claims = self._claims(token, await self._key(token))
        self._check_times(claims)
        return replace(caller_of(claims), until=_moment(_seconds(claims, "exp")))

    def _claims(self, token: str, key: PyJWK) -> Mapping[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self.issuer,
                audience=self.audience,
                options=_OPTIONS,
            )
        except jwt.MissingRequiredClaimError as error:
            raise NotAuthenticated(f"The token has no claim `{error.claim}`.") from None
        except (jwt.InvalidIssuerError, jwt.InvalidAudienceError):
            raise NotAuthenticated("The token was issued by or for somebody else.") from None
        except (PyJWTError, ValueError, TypeError, RecursionError):
            raise NotAuthenticated("The token is not valid.") from None
        return claims

    async def _key(self, token: str) -> PyJWK:
        try:
            header = jwt.get_unverified_header(token)
        except (JwtInvalid, ValueError, TypeError, RecursionError):
            raise NotAuthenticated("The token cannot be read.") from None
        if header.get("alg") not in ALGORITHMS:
            raise NotAuthenticated("The token is not signed with RS256 or ES256.")
        if "crit" in header:
            raise NotAuthenticated("The token asks for extensions that are not supported.")
        key = await self.keys.find(header.get("kid"))
        if key is None:
            raise NotAuthenticated("The token is signed with a key that is not known.")
        return key

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self.clock.now().timestamp()
        if _seconds(claims, "exp") <= now:
            raise NotAuthenticated("The token has expired.")
        for name in ("nbf", "iat"):
            if name in claims and _seconds(claims, name) > now + _LEEWAY_SECONDS:
                raise NotAuthenticated("The token is not valid yet.")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:
        raise NotAuthenticated(f"The token's claim `{name}` is no time.")
    return float(value)


def _moment(seconds: float) -> datetime:
    """One that no calendar has is far enough away."""
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Raises NotAuthenticated where the claims name nobody who can exist here."""
    role = claims.get("role")
    if role not in _ROLES:
        raise NotAuthenticated("The token's claim `role` is missing or not known.")
    organisation, profile = _uuid(claims, "organisation_id"), _uuid(claims, "profile_id")
    if (organisation is None) != (role in _PLATFORM):
        raise NotAuthenticated("Users name their organisation in `organisation_id`; operators and services have none.")
    user = _uuid(claims, "sub")
    if user is None:
        raise NotAuthenticated("The token's claim `sub` is missing.")
    return Caller(
        UserId(user),
        role,
        None if organisation is None else OrganisationId(organisation),
        None if profile is None else ProfileId(profile),
    )


def _uuid(claims: Mapping[str, Any], name: str) -> UUID | None:
    value = claims.get(name)
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise NotAuthenticated(f"The token's claim `{name}` is no UUID.") from None
