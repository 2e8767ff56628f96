"""From where a file is fetched, with a token in hand: Meta's own hosts, over TLS, and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOSTS = ("fbsbx.com", "whatsapp.net", "fbcdn.net")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_STRANGE = re.compile(r"[\x00-\x20\x7f\\]")


def may_fetch(url: str, graph_url: str) -> bool:
    """`graph_url` is where the token goes anyway: what stands there may be fetched there."""
    try:
        parts, graph = urlsplit(url), urlsplit(graph_url)
        port = parts.port
    except ValueError:
        return False
    if _STRANGE.search(url) or "@" in parts.netloc or not url.isascii():
        return False
    if (parts.scheme, parts.netloc.lower()) == (graph.scheme, graph.netloc.lower()):
        return True
    host = parts.netloc.lower().partition(":")[0]
    is_ours = _NAME.fullmatch(host) is not None and any(host == own or host.endswith(f".{own}") for own in HOSTS)
    return parts.scheme == "https" and port in (None, 443) and is_ours
