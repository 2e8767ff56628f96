"""Meta's message kinds in our words. What does not fit, and what is not known, stays whole as `Other`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from recado_events.content import (
    ButtonAnswer,
    CardEmail,
    CardPhone,
    ContactCard,
    ContactCards,
    Content,
    InteractiveAnswer,
    Location,
    Media,
    Order,
    OrderItem,
    Other,
    Referral,
    Text,
    Unsupported,
)

Json = Mapping[str, Any]


def content_of(message: Json) -> Content:
    """Never refuses: a message of any shape is a message."""
    kind = text_of(message.get("type")) or "untyped"
    decode = _DECODERS.get(kind)
    if decode is None:
        return _other(kind, message)
    try:
        return decode(message)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, ValidationError):
        return _other(kind, message)


def text_of(value: Any) -> str | None:
    """An empty string from Meta is an absent value; numbers are written out."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return text or None


def referral_of(message: Json) -> Referral | None:
    told = message.get("referral")
    if not isinstance(told, dict):
        return None
    names = ("source_type", "source_id", "source_url", "headline", "body", "media_type", "ctwa_clid")
    return Referral(**{name: text_of(told.get(name)) for name in names})


def as_text(told: Any) -> str:
    """JSON as text, whatever its numbers are."""
    return json.dumps(plain(told), ensure_ascii=False, separators=(",", ":"))


def plain(told: Any) -> Any:
    """The same JSON without numbers that others cannot read: those beyond 64 bits and infinite ones become text."""
    if isinstance(told, dict):
        return {name: plain(value) for name, value in told.items()}
    if isinstance(told, list):
        return [plain(value) for value in told]
    if isinstance(told, float):
        return told if math.isfinite(told) else str(told)
    if isinstance(told, int) and not isinstance(told, bool):
        return told if is_readable(told) else str(told)
    return told


def is_readable(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _other(kind: str, message: Json) -> Other:
    return Other(kind=kind, raw=as_text(message))


def _text(message: Json) -> Content:
    return Text(body=message["text"]["body"])


def _media(message: Json) -> Content:
    kind = message["type"]
    told = message[kind]
    return Media(
        kind="audio" if kind == "voice" else kind,
        media_id=str(told["id"]),
        mime_type=text_of(told.get("mime_type")),
        sha256=text_of(told.get("sha256")),
        caption=text_of(told.get("caption")),
        filename=text_of(told.get("filename")),
        voice=True if kind == "voice" else told.get("voice"),
        animated=told.get("animated"),
    )


def _location(message: Json) -> Content:
    told = message["location"]
    return Location(
        latitude=_coordinate(told["latitude"]),
        longitude=_coordinate(told["longitude"]),
        name=text_of(told.get("name")),
        address=text_of(told.get("address")),
        url=text_of(told.get("url")),
    )


def _coordinate(told: Any) -> float:
    value = float(told)
    if not math.isfinite(value):
        raise ValueError("no place on earth")
    return value


def _contacts(message: Json) -> Content:
    return ContactCards(cards=tuple(_card(told) for told in message["contacts"]))


def _card(told: Json) -> ContactCard:
    name, org = told.get("name") or {}, told.get("org") or {}
    return ContactCard(
        formatted_name=text_of(name.get("formatted_name")) or text_of(name.get("first_name")) or "",
        first_name=text_of(name.get("first_name")),
        last_name=text_of(name.get("last_name")),
        company=text_of(org.get("company")),
        department=text_of(org.get("department")),
        title=text_of(org.get("title")),
        birthday=text_of(told.get("birthday")),
        phones=tuple(
            CardPhone(
                phone=text_of(phone.get("phone")),
                wa_id=text_of(phone.get("wa_id")),
                user_id=text_of(phone.get("user_id")),
                label=text_of(phone.get("type")),
            )
            for phone in told.get("phones") or ()
        ),
        emails=tuple(
            CardEmail(email=text_of(mail.get("email")), label=text_of(mail.get("type")))
            for mail in told.get("emails") or ()
        ),
        addresses=tuple(plain(told.get("addresses")) or ()),
        urls=tuple(plain(told.get("urls")) or ()),
        vcard=text_of(told.get("vcard")),
        origin=text_of(told.get("origin")),
    )


def _button(message: Json) -> Content:
    told = message["button"]
    return ButtonAnswer(text=told["text"], payload=text_of(told.get("payload")))


def _interactive(message: Json) -> Content:
    told = message["interactive"]
    answer = told["type"]
    details = told.get(answer) or {}
    known = ("id", "title", "description")
    return InteractiveAnswer(
        answer=answer,
        id=text_of(details.get("id")),
        title=text_of(details.get("title")),
        description=text_of(details.get("description")),
        details={name: plain(value) for name, value in details.items() if name not in known},
    )


def _order(message: Json) -> Content:
    told = message["order"]
    return Order(
        catalog_id=text_of(told.get("catalog_id")),
        text=text_of(told.get("text")),
        items=tuple(
            OrderItem(
                product_retailer_id=str(item["product_retailer_id"]),
                quantity=str(item["quantity"]),
                item_price=str(item["item_price"]),
                currency=text_of(item.get("currency")),
            )
            for item in told.get("product_items") or ()
        ),
    )


def _unsupported(message: Json) -> Content:
    first: Json = next(iter(message.get("errors") or ()), {})
    code = first.get("code")
    return Unsupported(
        code=code if isinstance(code, int) and is_readable(code) else None,
        title=text_of(first.get("title")),
        original=text_of((message.get("unsupported") or {}).get("type")),
    )


_DECODERS: dict[str, Callable[[Json], Content]] = {
    "text": _text,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker", "voice"), _media),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "unsupported": _unsupported,
    "unknown": _unsupported,
}
