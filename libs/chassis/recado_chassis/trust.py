"""Whom HTTP clients trust: the authorities that httpx brings. Loading them takes 25 ms of processor: once is enough."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trust_store() -> ssl.SSLContext:
    """One for all clients of the process, in any thread; nobody may change it. The environment is not asked."""
    return httpx.create_ssl_context(trust_env=False)
