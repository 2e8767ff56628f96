"""Files as answers."""

from __future__ import annotations

from typing import Any

from recado_chassis.files import Files, NoSuchFile
from recado_chassis.files.serving import download
from starlette.requests import Request
from starlette.responses import Response

from conversations.adapters.http.taking_in import BINARY
from conversations.domain.attachment_types import safe_name
from conversations.domain.file_refusals import (
    AttachmentFetching,
    AttachmentLost,
    AttachmentQuarantined,
    UnknownAttachment,
)
from conversations.views.attachments import Row

FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": BINARY}},
    206: {"description": "The part that was asked for."},
}


def downloadable(row: Row | None) -> Row:
    """The file's row. Raises why there is nothing to download."""
    if row is None:
        raise UnknownAttachment
    if row["state"] == "fetching":
        raise AttachmentFetching
    if row["state"] == "lost":
        raise AttachmentLost(reason=row["reason"])
    if "malware" in row["flags"]:
        raise AttachmentQuarantined
    return row


def file_of(files: Files, request: Request, row: Row) -> Response:
    """The file of a row that is `downloadable`. Raises AttachmentLost."""
    return served(files, request, row["file_key"], row["mime_type"], safe_name(row["filename"], row["mime_type"]))


def thumbnail_of(files: Files, request: Request, key: str | None) -> Response:
    """Raises UnknownAttachment where there is none, and AttachmentLost."""
    if key is None:
        raise UnknownAttachment
    return served(files, request, key, "image/jpeg", "thumbnail.jpg")


def served(files: Files, request: Request, key: str, mime_type: str | None, name: str) -> Response:
    """Raises AttachmentLost."""
    try:
        return download(files, key, mime_type, name, request.headers)
    except NoSuchFile:
        raise AttachmentLost(reason="file_missing") from None
