"""Files as answers: in pieces, in parts where a part is asked for, and such that no browser runs what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from recado_chassis.files.ports import Files, NoSuchFile
from recado_chassis.http.problems import Problem

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_HARMLESS = re.compile(r"(image/(jpeg|png|webp|gif)|audio/[a-z0-9.+-]+|video/[a-z0-9.+-]+|application/pdf)")
"""Types that are told as they are; anything else is a stream of bytes."""
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
    "Accept-Ranges": "bytes",
}


def download(files: Files, key: str, mime_type: str | None, name: str, asked: Mapping[str, str]) -> Response:
    """`name` is shown as it is; `asked` are the request's headers.

    Raises NoSuchFile, and 416 `range_not_satisfiable`. Several ranges at once are answered with the whole file.
    """
    size = files.size(key)
    if size is None:
        raise NoSuchFile
    tag = f'"{key.rpartition("/")[2]}"'
    headers = {**_SAFE, "ETag": tag, "Content-Disposition": disposition(name)}
    if tag in (known.strip() for known in asked.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    kind = mime_type if mime_type and _HARMLESS.fullmatch(mime_type) else "application/octet-stream"
    part = part_of(asked.get("range"), size) if asked.get("if-range", tag) == tag else None
    start, length = part or (0, size)
    headers["Content-Length"] = str(length)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    pieces = _begun(files.read(key, start, length))
    return StreamingResponse(pieces, 206 if part else 200, headers, media_type=kind)


def part_of(asked: str | None, size: int) -> tuple[int, int] | None:
    """Start and length of the one range that is asked for; None for the whole. Raises 416 for one beyond the end."""
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        length = min(int(last), size)
        start, end = size - length, size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
        if last and int(last) < int(first):
            return None
    if start >= size or start > end:
        beyond = {"Content-Range": f"bytes */{size}"}
        raise Problem(416, "range_not_satisfiable", "The file ends before this range.", headers=beyond)
    return start, end - start + 1


def disposition(name: str) -> str:
    """Always to be saved, never to be shown in place; old programs get the ASCII of the name."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%;]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The first piece is read before anything is answered: what is missing is told in the status."""
    return chain([next(pieces, b"")], pieces)
