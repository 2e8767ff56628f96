"""A file that comes in: counted and looked at while it comes, and kept before anything tells of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query
from recado_chassis.files import Files, Spool, key_of
from recado_chassis.files.images import thumbnail, without_metadata
from recado_chassis.files.looking import flags, sniffed
from recado_chassis.files.spooling import TooLarge
from recado_chassis.http.accounting import give_back_the_share
from recado_chassis.http.commands import Asked
from recado_chassis.http.intake import LARGEST_UPLOAD
from recado_chassis.threads import in_thread
from recado_events.ids import AttachmentId, OrganisationId
from starlette.requests import Request
from starlette.responses import Response

from conversations.commands.attaching import FileRead
from conversations.domain.attachment_types import LARGEST, TYPES, type_of
from conversations.domain.attachments import check
from conversations.domain.file_refusals import AttachmentTooLarge

Name = Annotated[str, Query(min_length=1, max_length=300, description="Its name, which ends with its extension.")]
BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    LARGEST_UPLOAD: max(LARGEST.values()),
    "requestBody": {"required": True, "content": {each.mime_type: BINARY for each in TYPES.values()}},
}


@dataclass(frozen=True, slots=True)
class Coming:
    """A file whose bytes are all there, until the answer is given."""

    filename: str
    declared_type: str | None
    spool: Spool

    def asked(self, who: Asked) -> Asked:
        """The same command, told apart from others by the file too."""
        told = who.body + bytes.fromhex(self.spool.digest) + (self.declared_type or "").encode()
        return replace(who, body=hashlib.sha256(told).digest())

    def keep(self, files: Files, organisation_id: OrganisationId) -> FileRead:
        """A crash afterwards leaves a file that nobody knows. What may not be put aside is refused before it is read as
        an image, and before it is kept."""
        found = sniffed(self.spool.content())
        warnings = flags(self.spool.content(), found)
        check(self.filename, self.declared_type, found, self.spool.size, warnings)
        is_image = found in ("image/jpeg", "image/png")
        content = without_metadata(self.spool.content().read()) if is_image else None
        digest = self.spool.digest if content is None else hashlib.sha256(content).hexdigest()
        size = self.spool.size if content is None else len(content)
        key = key_of(organisation_id, digest)
        file = FileRead(
            filename=self.filename,
            declared_type=self.declared_type,
            sniffed_type=found,
            flags=warnings,
            key=key,
            sha256=digest,
            size=size,
            thumbnail=_small(files, organisation_id, content) if content is not None else None,
        )
        files.put(key, self.spool.content() if content is None else io.BytesIO(content), size)
        return file


async def take_in(request: Request, filename: str, put_aside: Callable[[Coming], Response]) -> Response:
    """`put_aside` runs in a thread. Raises AttachmentTypeNotAllowed, and AttachmentTooLarge as soon as it is."""
    kind = type_of(filename).kind
    give_back_the_share(request.scope)
    with Spool(LARGEST[kind]) as spool:
        try:
            async for piece in request.stream():
                spool.write(piece)
        except TooLarge:
            raise AttachmentTooLarge(kind=kind, largest=LARGEST[kind]) from None
        return await in_thread(put_aside, Coming(filename, request.headers.get("content-type"), spool))


def told(attachment_id: AttachmentId, file: FileRead) -> dict[str, Any]:
    return {
        "attachment_id": str(attachment_id),
        "kind": type_of(file.filename).kind,
        "mime_type": file.sniffed_type,
        "size": file.size,
        "flags": list(file.flags),
        "thumbnail": file.thumbnail is not None,
    }


def _small(files: Files, organisation_id: OrganisationId, content: bytes) -> str | None:
    small = thumbnail(io.BytesIO(content))
    if small is None:
        return None
    key = key_of(organisation_id, hashlib.sha256(small).hexdigest())
    return files.put(key, io.BytesIO(small), len(small)).key
