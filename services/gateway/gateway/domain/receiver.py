"""Where events may be delivered to, and what an answer from there means."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 2048
_PLAIN = re.compile(r"[\x21\x23-\x5b\x5d\x5f\x61-\x7a\x7e%]+")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CARRIES_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
_NOT_FOR_GUESTS = (
    IPv4Network("168.63.129.16/32"),  # what a host of Azure tells its guests
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
)

Outcome = Literal["delivered", "refused", "redirected", "gone", "timeout", "unreachable", "forbidden", "unresolved"]
"""`refused`: answered with any other status. `forbidden`: its host has moved to an address where nothing is sent."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Between the attempts at one event, as Standard Webhooks has them."""
LONGEST_WAIT = timedelta(hours=1)
"""As far as a receiver's own wish is heeded."""


def parts_of(url: str) -> SplitResult:
    """Raises ValueError, with what is wrong, for what is no address of a receiver."""
    if len(url) > LONGEST_URL or not _PLAIN.fullmatch(url):
        raise ValueError(f"must be a URL of at most {LONGEST_URL} plain ASCII characters, others percent-encoded")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its own words would repeat the URL
        raise ValueError("must have an IP address in brackets only if it is one, and a port up to 65535") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name and no password; deliveries are signed")
    if parts.fragment:
        raise ValueError("must have no fragment")
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError("must have a port from 1 to 65535, or none")
    if not _is_host(parts.hostname or ""):
        raise ValueError("must name a host, or have an IP address in its usual form")
    return parts


def _is_host(host: str) -> bool:
    """Not 127.1, 0x7f000001, 0177.0.0.1 or 2130706433, which some take for addresses."""
    if literal(host) is not None:
        return "%" not in host
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(map(_NAME.fullmatch, labels)) and not _NUMBER.fullmatch(labels[-1])


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Whether anybody may be there: no private, local, shared or reserved address, however it is written."""
    found = literal(address)
    if found is None:
        return False
    if isinstance(found, IPv6Address):
        if found.scope_id is not None or found.sixtofour is not None or found.teredo is not None:
            return False
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.is_site_local or any(found in network for network in _CARRIES_IPV4):
            return False
    if any(found in network for network in _NOT_FOR_GUESTS if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def may_be_reached(host: str, addresses: Collection[str], allowed_hosts: Collection[str]) -> bool:
    """Every address of the host has to be public, unless an operator allows the host."""
    return host in allowed_hosts or (bool(addresses) and all(map(is_public, addresses)))


def outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return "delivered"
    if 300 <= status < 400:
        return "redirected"
    return "gone" if status == 410 else "refused"


def pause_after(attempts: int, wished: timedelta | None = None) -> timedelta:
    """Before the next attempt, after so many failed ones. `wished`: what the receiver asks for."""
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    return pause if wished is None else max(pause, min(wished, LONGEST_WAIT))
