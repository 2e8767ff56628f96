"""Media: uploaded by the business or received from a customer, fetched by a URL that lives five minutes.

Meta's contract, section 14.
"""

import base64
import hashlib
import hmac

from .calls import Call
from .contents import MEDIA_TYPES, fits
from .entities import BusinessNumber, MediaFile
from .errors import GraphError, invalid_parameter, parameter_missing, refusal
from .signing import JsonObject
from .world import World

UPLOADED_DAYS, RECEIVED_DAYS = 30, 7
URL_SECONDS = 300
DOWNLOAD_PATH = "/whatsapp_business/attachments/"
_LARGEST = {"image": 5 << 20, "audio": 16 << 20, "video": 16 << 20, "sticker": 500 << 10, "document": 100 << 20}


class Media:
    """Files by their media id."""

    def __init__(self, world: World) -> None:
        self._world = world

    def upload(self, number: BusinessNumber, call: Call) -> JsonObject:
        if call.body.get("messaging_product") != "whatsapp":
            raise parameter_missing("messaging_product")
        file = call.uploads.get("file")
        if file is None:
            raise parameter_missing("file")
        mime_type = str(call.body.get("type") or file.mime_type)
        narrow = [kind for kind in MEDIA_TYPES if kind != "document" and fits(kind, mime_type)]
        if len(file.content) > max(_LARGEST[kind] for kind in narrow or ["document"]):
            raise refusal(131053, f"The file of {len(file.content)} bytes is too large for its type.")
        return {"id": self.keep(number.id, file.content, mime_type, days=UPLOADED_DAYS).id}

    def keep(self, phone_number_id: str, content: bytes, mime_type: str, *, days: int) -> MediaFile:
        """Store bytes under a fresh id."""
        file = MediaFile(
            id=self._world.ids.decimal(16),
            phone_number_id=phone_number_id,
            mime_type=mime_type,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            expires_at=self._world.clock.now() + days * 86_400,
        )
        (self._world.store.media_folder / file.id).write_bytes(content)
        self._world.store.put(file)
        return file

    def describe(self, file: MediaFile, call: Call) -> JsonObject:
        owner = call.query.get("phone_number_id")
        if owner not in (None, file.phone_number_id):
            raise invalid_parameter("Media does not belong to the given phone_number_id")
        until = int(self._world.clock.now()) + URL_SECONDS
        url = f"{call.base_url}{DOWNLOAD_PATH}?mid={file.id}&ext={until}&hash={self._seal(file.id, until)}"
        return {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": file.mime_type,
            "sha256": file.sha256,
            "file_size": file.size,
            "id": file.id,
        }

    def delete(self, file: MediaFile, call: Call) -> JsonObject:
        file.deleted = True
        self._world.store.put(file)
        return {"success": True}

    def download(self, call: Call) -> tuple[MediaFile, bytes]:
        """The bytes behind a fresh URL; 404 when it is stale."""
        media_id, until = call.query.get("mid", ""), call.query.get("ext", "0")
        file = self.find(media_id)
        sealed = until.isdigit() and hmac.compare_digest(
            call.query.get("hash", "").encode(), self._seal(media_id, int(until)).encode()
        )
        if file is None or not sealed or self._world.clock.now() > int(until):
            raise GraphError(100, "The URL is no longer valid", 404)
        return file, (self._world.store.media_folder / file.id).read_bytes()

    def find(self, media_id: str) -> MediaFile | None:
        file = self._world.store.find(MediaFile, media_id)
        gone = file is None or file.deleted or file.expires_at < self._world.clock.now()
        return None if gone else file

    def _seal(self, media_id: str, until: int) -> str:
        seal = hmac.new(self._world.app_secret.encode(), f"{media_id}/{until}".encode(), hashlib.sha256)
        return seal.hexdigest()[:32]


def webhook_sha256(file: MediaFile) -> str:
    """Webhooks carry the hash in base64, the API in hex."""
    return base64.b64encode(bytes.fromhex(file.sha256)).decode()
