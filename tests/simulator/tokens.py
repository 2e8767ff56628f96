"""Codes and access tokens: exchange, check, death.

Meta's contract, section 16 (a code lives 30 seconds, once) and section 19 (190 and its subcodes).
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from .entities import MANAGEMENT, MESSAGING, AccessToken, Code, Waba
from .errors import GraphError, dead_token, invalid_parameter, token_expired
from .signing import JsonObject, app_secret_proof
from .world import World

_SUBCODES = {
    458: "Error validating access token: The user has not authorized the application.",
    460: "Error validating access token: The session has been invalidated because the user changed their password.",
    467: "Error validating access token: The session is invalid because the user logged out.",
}


class Tokens:
    """Who may call, and for which WABAs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def mint_code(self, waba_id: str) -> Code:
        expires_at = self._world.clock.now() + self._world.rules.code_seconds
        code = Code(id=self._world.ids.code(), waba_id=waba_id, expires_at=expires_at)
        self._world.store.put(code)
        return code

    def mint_token(self, waba_ids: list[str], scopes: list[str] | None = None, lives: int | None = None) -> AccessToken:
        now = int(self._world.clock.now())
        seconds = self._world.rules.token_seconds if lives is None else lives
        token = AccessToken(
            id=self._world.ids.token(),
            waba_ids=waba_ids,
            scopes=[MESSAGING, MANAGEMENT] if scopes is None else scopes,
            issued_at=now,
            expires_at=now + seconds if seconds else 0,
            user_id=self._world.ids.decimal(15),
        )
        self._world.store.put(token)
        return token

    def kill(self, waba_id: str | None, subcode: int) -> int:
        """Every token of the WABA (of all when None) is dead from now on; says how many."""
        dying = [t for t in self._world.store.all(AccessToken) if waba_id is None or waba_id in t.waba_ids]
        for token in dying:
            token.dead = subcode
            self._world.store.put(token)
        return len(dying)

    def exchange(self, query: Mapping[str, str]) -> JsonObject:
        """`GET /oauth/access_token`: a code becomes a business token."""
        for name in ("client_id", "client_secret", "code"):
            if not query.get(name):
                raise GraphError(101 if name == "client_id" else 1, f"Missing {name} parameter.")
        self._check_app(query["client_id"], query["client_secret"])
        code = self._world.store.find(Code, query["code"])
        if code is None:
            raise GraphError(100, "Invalid verification code format.")
        if code.used:
            raise GraphError(100, "This authorization code has been used.", subcode=36009)
        if self._world.clock.now() > code.expires_at:
            raise GraphError(100, "This authorization code has expired.", subcode=36007)
        code.used = True
        self._world.store.put(code)
        token = self.mint_token([code.waba_id])
        lives = {"expires_in": token.expires_at - token.issued_at} if token.expires_at else {}
        return {"access_token": token.id, "token_type": "bearer", **lives}

    def debug(self, query: Mapping[str, str], caller: str | None) -> JsonObject:
        """`GET /debug_token`: asked as the app, or with a token that lives."""
        self.authenticate_inspector(caller)
        if not query.get("input_token"):
            raise invalid_parameter("The parameter input_token is required.")
        token = self._world.store.find(AccessToken, query["input_token"])
        if token is None:
            error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
            return {"data": {"error": error, "is_valid": False, "scopes": []}}
        death = self._death(token)
        data: JsonObject = {
            "app_id": self._world.config.app_id,
            "type": "SYSTEM_USER",
            "application": "Recado",
            "data_access_expires_at": 0,
            "expires_at": token.expires_at,
            "is_valid": death is None,
            "issued_at": token.issued_at,
            "scopes": [*token.scopes, "public_profile"],
            "granular_scopes": [{"scope": scope, "target_ids": token.waba_ids} for scope in token.scopes],
            "user_id": token.user_id,
        }
        if death is not None:
            data["error"] = {"code": 190, "message": death.message, "subcode": death.subcode}
        return {"data": data}

    def authenticate(self, presented: str | None, proof: str | None = None) -> AccessToken:
        """The living token that was presented, else Graph's refusal."""
        if not presented:
            raise GraphError(104, "(#104) An access token is required to request this resource.", 401)
        token = self._world.store.find(AccessToken, presented)
        if token is None:
            readable = presented.isalnum() and presented.startswith("EAA")
            reason = "Invalid OAuth access token - Cannot parse access token"
            raise dead_token(reason if readable else f"Malformed access token {presented[:40]}")
        death = self._death(token)
        if death is not None:
            raise death
        if proof is not None and proof != app_secret_proof(self._world.app_secret, presented):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")
        return token

    def authenticate_inspector(self, presented: str | None) -> None:
        app_id, bar, secret = (presented or "").partition("|")
        if not bar:
            self.authenticate(presented)
            return
        self._check_app(app_id, secret)

    def wabas(self, token: AccessToken) -> list[Waba]:
        return [waba for waba in self._world.store.all(Waba) if waba.id in token.waba_ids]

    def _check_app(self, app_id: str, secret: str) -> None:
        if app_id != self._world.config.app_id:
            message = "Error validating application. Cannot get application info due to a system error."
            raise GraphError(101, message)
        if not hmac.compare_digest(secret.encode(), self._world.app_secret.encode()):
            raise GraphError(1, "Error validating client secret.")

    def _death(self, token: AccessToken) -> GraphError | None:
        now = self._world.clock.now()
        if token.dead not in (None, 463):
            return dead_token(_SUBCODES.get(token.dead or 0, "Error validating access token."), token.dead)
        if token.dead == 463 or (token.expires_at and now >= token.expires_at):
            return token_expired(_spoken(token.expires_at or now), _spoken(now))
        return None


def _spoken(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")
