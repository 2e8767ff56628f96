"""What a business may send: the contents of each message type and their limits, except interactive and template.

Meta's contract, section 13.2.
"""

from collections.abc import Callable

from .entities import MediaFile
from .errors import invalid_parameter, refusal
from .identifiers import is_wamid
from .interactive import check_interactive
from .parameters import Param, as_object, content_of, refuse_value
from .signing import JsonObject
from .world import World

CAPTION = 1024
MOST_CONTACTS = 257
_CAPTIONED = ("image", "video", "document")
_EXTRA_KEYS = {"image": ("caption",), "video": ("caption",), "document": ("caption", "filename"), "audio": ("voice",)}


def check_contents(world: World, phone_number_id: str, kind: str, body: JsonObject) -> None:
    """Raises Graph's refusal when the content does not fit its type."""
    if kind in MEDIA_TYPES:
        _check_media(world, phone_number_id, kind, content_of(body, kind))
        return
    if kind == "contacts":
        _check_contacts(body)
        return
    check = _CHECKS.get(kind)
    if check is None:
        raise refusal(131051, f"Message type '{kind}' is not currently supported.")
    check(content_of(body, kind))


def _check_text(text: Param) -> None:
    text.only("body", "preview_url")
    text.text("body", 4096)
    text.boolean("preview_url")


def _check_media(world: World, phone_number_id: str, kind: str, media: Param) -> None:
    media.only("id", "link", *_EXTRA_KEYS.get(kind, ()))
    if ("id" in media.value) == ("link" in media.value):
        raise invalid_parameter(f"Param {media.path} must have exactly one of id and link.")
    if kind in _CAPTIONED:
        media.optional_text("caption", CAPTION)
    media.optional_text("filename", 240)
    media.boolean("voice")
    link = media.optional_text("link", 2048, shortest=1)
    if link is not None and not link.startswith(("https://", "http://")):
        raise invalid_parameter(f"Param {media.name('link')} is not a valid URI.")
    media_id = media.optional_text("id", 64, shortest=1)
    if media_id is not None:
        _check_media_id(world, phone_number_id, kind, media_id)


def _check_media_id(world: World, phone_number_id: str, kind: str, media_id: str) -> None:
    found = world.store.find(MediaFile, media_id)
    gone = found is None or found.deleted or found.expires_at < world.clock.now()
    if found is None or gone or found.phone_number_id != phone_number_id:
        raise invalid_parameter(f"Invalid parameter: {kind}['id'] {media_id} is not a media of this number.")
    if not fits(kind, found.mime_type):
        raise refusal(131053, f"The media of type {found.mime_type} cannot be sent as {kind}.")


def fits(kind: str, mime_type: str) -> bool:
    """Whether Meta takes this MIME type for this message type (Meta's contract, section 14)."""
    bare = mime_type.partition(";")[0].strip()
    return kind == "document" or bare in MEDIA_TYPES[kind]


MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp", "video/3gp"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "sticker": ("image/webp",),
    "document": (),
}


def _check_location(location: Param) -> None:
    location.only("latitude", "longitude", "name", "address")
    latitude, longitude = location.number("latitude"), location.number("longitude")
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise refuse_value("Latitude or longitude is out of range")
    location.optional_text("name", 1000)
    location.optional_text("address", 1000)


def _check_contacts(body: JsonObject) -> None:
    cards = body.get("contacts")
    if cards is None:
        raise refusal(131008, "Parameter 'contacts' is mandatory for type 'contacts'")
    if not isinstance(cards, list) or not 1 <= len(cards) <= MOST_CONTACTS:
        raise refuse_value(f"Contacts must be an array of 1 to {MOST_CONTACTS} contacts")
    for index, card in enumerate(cards):
        param = Param(f"contacts[{index}]", as_object(card, f"contacts[{index}]"))
        param.object("name").text("formatted_name", 1024)


def _check_reaction(reaction: Param) -> None:
    reaction.only("message_id", "emoji")
    if not is_wamid(reaction.text("message_id", 512)):
        raise refuse_value("Message ID of the reaction is not valid")
    if reaction.value.get("emoji") is None:
        raise invalid_parameter(f"The parameter {reaction.name('emoji')} is required.")
    emoji = reaction.optional_text("emoji", 32) or ""
    if emoji and (len(emoji) > 12 or emoji.isascii()):
        raise refuse_value("Emoji of the reaction is not a single emoji")


_CHECKS: dict[str, Callable[[Param], None]] = {
    "text": _check_text,
    "location": _check_location,
    "reaction": _check_reaction,
    "interactive": check_interactive,
}
