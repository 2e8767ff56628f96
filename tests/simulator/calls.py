"""One Graph call, read off the wire before anything is decided.

Meta's contract, section 2: bearer token or `access_token` parameter; bodies are JSON, forms or multipart.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from .signing import JsonObject

_VERSION = re.compile(r"v\d{1,2}\.\d")


@dataclass(frozen=True)
class Upload:
    """A file of a multipart body."""

    filename: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """`path` is without the version; `body` holds JSON or form members, empty when it cannot be read."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    body: JsonObject
    base_url: str
    token: str | None = None
    proof: str | None = None
    uploads: Mapping[str, Upload] = field(default_factory=dict)


async def read_call(request: Request) -> Call:
    content, kind = await request.body(), request.headers.get("content-type", "")
    body, uploads = _read_body(content, kind)
    query = dict(request.query_params)
    return Call(
        method=request.method,
        path=unversioned(request.url.path),
        query=query,
        body=body,
        base_url=f"{request.url.scheme}://{request.url.netloc}",
        token=_token(request.headers.get("authorization", ""), query, body),
        proof=query.get("appsecret_proof"),
        uploads=uploads,
    )


def unversioned(path: str) -> tuple[str, ...]:
    """The parts of a path; the version in front may be there or not."""
    parts = [part for part in path.split("/") if part]
    return tuple(parts[1:] if parts and _VERSION.fullmatch(parts[0]) else parts)


def _token(header: str, query: Mapping[str, str], body: JsonObject) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() in ("bearer", "oauth") and value.strip():
        return value.strip()
    given = query.get("access_token") or body.get("access_token")
    return str(given) if given else None


def _read_body(content: bytes, kind: str) -> tuple[JsonObject, dict[str, Upload]]:
    if kind.startswith("multipart/form-data"):
        return _read_multipart(content, kind)
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(content.decode(errors="replace"))), {}
    try:
        value = json.loads(content) if content else {}
    except (ValueError, RecursionError):
        return {}, {}
    return (value if isinstance(value, dict) else {}), {}


def _read_multipart(content: bytes, kind: str) -> tuple[JsonObject, dict[str, Upload]]:
    header = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(header + content).get_payload()
    members: JsonObject = {}
    uploads: dict[str, Upload] = {}
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, Message):
            continue
        name = str(part.get_param("name", "", header="content-disposition"))
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if part.get_filename() is None:
            members[name] = data.decode(errors="replace")
        else:
            uploads[name] = Upload(part.get_filename() or "", part.get_content_type(), data)
    return members, uploads
