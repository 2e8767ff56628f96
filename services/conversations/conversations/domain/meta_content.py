"""Meta's message kinds in our words. What does not fit, and what is not known, stays whole as `Other`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

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
    ReferredProduct,
    Text,
    Unsupported,
)

from conversations.domain.meta_values import Json, as_text, code_of, details_of, object_of, plain, text_of

C = TypeVar("C")


def content_of(message: Json) -> Content:
    """Never refuses: a message of any shape is a message."""
    kind = text_of(message.get("type")) or "untyped"
    decode = _DECODERS.get(kind)
    if decode is not None:
        with suppress(KeyError, TypeError, ValueError, AttributeError, ArithmeticError, ValidationError):
            return decode(message)
    return Other(kind=kind, raw=as_text(message))


def learnt(content: C) -> C | Content:
    """What an earlier release kept whole, as this one reads it; the same where it reads no more of it."""
    if not isinstance(content, Other):
        return content
    with suppress(ValueError, RecursionError):
        told = json.loads(content.raw)
        read = content_of(told) if isinstance(told, dict) else content
        return content if isinstance(read, Other) else read
    return content


def referral_of(message: Json) -> Referral | None:
    told = message.get("referral")
    if not isinstance(told, dict):
        return None
    names = set(Referral.model_fields) - {"welcome_message"}
    welcome = text_of(object_of(told.get("welcome_message")).get("text"))
    return Referral(**{name: text_of(told.get(name)) for name in names}, welcome_message=welcome)


def product_of(context: Json) -> ReferredProduct | None:
    told = context.get("referred_product")
    if not isinstance(told, dict):
        return None
    return ReferredProduct(
        catalog_id=text_of(told.get("catalog_id")), product_retailer_id=text_of(told.get("product_retailer_id"))
    )


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
                product_retailer_id=_written(item, "product_retailer_id"),
                quantity=_written(item, "quantity"),
                item_price=_written(item, "item_price"),
                currency=text_of(item.get("currency")),
            )
            for item in told.get("product_items") or ()
        ),
    )


def _written(item: Json, name: str) -> str | None:
    """What somebody ordered is not passed over because it stands there in a shape nobody expects."""
    told = item.get(name)
    if isinstance(told, bool) or not (told is None or isinstance(told, str | int | float)):
        raise TypeError(f"{name} is no text and no number")
    return text_of(told)


def _unsupported(message: Json) -> Content:
    first = object_of(next(iter(message.get("errors") or ()), {}))
    return Unsupported(
        code=code_of(first),
        title=text_of(first.get("title")),
        original=text_of(object_of(message.get("unsupported")).get("type")),
        details=details_of(first),
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
