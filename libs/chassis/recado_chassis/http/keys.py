"""The keys that tokens are checked with: one configured public key, or the key set of an identity provider."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWK, PyJWKClient
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWKClientError, PyJWTError

from recado_chassis.settings import InvalidSettings, ServiceSettings
from recado_chassis.store import Unavailable

ALGORITHMS = ("RS256", "ES256")
_LIFESPAN_SECONDS = 300.0
_PAUSE_SECONDS = 10.0


class Keys(Protocol):
    async def find(self, kid: str | None) -> PyJWK | None:
        """The key to check a token with, bound to its one algorithm; None where there is none. May take some seconds
        of network; raises Unavailable where the keys cannot be had."""
        ...


class ConfiguredKey:
    """One public key in PEM: RSA of at least 2048 bits signs RS256, P-256 signs ES256. A token's `kid` says nothing."""

    def __init__(self, pem: str) -> None:
        try:
            key = load_pem_public_key(pem.replace("\\n", "\n").encode())
        except (ValueError, UnsupportedAlgorithm):
            raise InvalidSettings("RECADO_JWT_PUBLIC_KEY: this is no public key in PEM") from None
        if isinstance(key, RSAPublicKey) and key.key_size >= 2048:
            self._key = PyJWK.from_json(RSAAlgorithm.to_jwk(key), "RS256")
        elif isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            self._key = PyJWK.from_json(ECAlgorithm.to_jwk(key), "ES256")
        else:
            raise InvalidSettings("RECADO_JWT_PUBLIC_KEY: give an RSA key of 2048 bits or more, or a P-256 key")

    async def find(self, kid: str | None) -> PyJWK | None:
        return self._key


class KeySet:
    """A JWKS, read again after 5 minutes or for an unknown `kid`, at most every 10 seconds.

    Keys once read stay good while their provider cannot be reached.
    """

    def __init__(self, url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        try:
            self._client = PyJWKClient(url, cache_jwk_set=False, timeout=3)
        except PyJWKClientError as error:
            raise InvalidSettings(f"RECADO_JWKS_URL: {error}") from None
        self._monotonic = monotonic
        self._known: dict[str, PyJWK] | None = None
        self._fresh_until = self._not_before = float("-inf")
        self._reading = asyncio.Lock()

    async def find(self, kid: str | None) -> PyJWK | None:
        if kid is None or len(kid) > 200:
            return None
        if self._may_read(kid):
            async with self._reading:
                if self._may_read(kid):
                    await self._read()
        if self._known is None:
            raise Unavailable("The identity provider's keys cannot be read; check RECADO_JWKS_URL.")
        return self._known.get(kid)

    def _may_read(self, kid: str) -> bool:
        now = self._monotonic()
        return now >= self._not_before and (now >= self._fresh_until or kid not in (self._known or {}))

    async def _read(self) -> None:
        self._not_before = self._monotonic() + _PAUSE_SECONDS
        try:
            keys = await asyncio.to_thread(self._client.get_signing_keys)
        except (PyJWTError, ValueError) as error:
            structlog.get_logger().warning("key_set_unreadable", exc_info=error)
            return
        self._known = {key.key_id: key for key in keys if key.key_id and key.algorithm_name in ALGORITHMS}
        self._fresh_until = self._monotonic() + _LIFESPAN_SECONDS


def keys_of(settings: ServiceSettings) -> Keys:
    """Raises InvalidSettings."""
    if settings.jwks_url is not None:
        return KeySet(settings.jwks_url)
    return ConfiguredKey(settings.jwt_public_key or "")
