"""What messages hold, in and out. Every union ends with `Other`, so that an unknown kind stays a message."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, model_validator

from recado_events.event import Fact


class Text(Fact):
    kind: Literal["text"] = "text"
    body: str


class Media(Fact):
    """An attachment as Meta announced it. The bytes live at Meta for 7 days under `media_id`."""

    kind: Literal["image", "video", "audio", "document", "sticker"]
    media_id: str
    mime_type: str | None = None
    sha256: str | None = None
    """Base64, as webhooks write it."""
    caption: str | None = None
    filename: str | None = None
    """Chosen by the sender: for display only, never a path."""
    voice: bool | None = None
    animated: bool | None = None


class Location(Fact):
    kind: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None


class CardPhone(Fact):
    phone: str | None = None
    wa_id: str | None = None
    user_id: str | None = None
    label: str | None = None


class CardEmail(Fact):
    email: str | None = None
    label: str | None = None


class ContactCard(Fact):
    formatted_name: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    department: str | None = None
    title: str | None = None
    birthday: str | None = None
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardEmail, ...] = ()
    addresses: tuple[dict[str, JsonValue], ...] = ()
    urls: tuple[dict[str, JsonValue], ...] = ()
    vcard: str | None = None
    origin: str | None = None


class ContactCards(Fact):
    kind: Literal["contacts"] = "contacts"
    cards: tuple[ContactCard, ...]


class ButtonAnswer(Fact):
    """The press of a template's quick-reply button."""

    kind: Literal["button"] = "button"
    text: str
    payload: str | None = None


class InteractiveAnswer(Fact):
    """The answer to buttons, a list, a flow or a permission request."""

    kind: Literal["interactive"] = "interactive"
    answer: str
    """Meta's word: button_reply, list_reply, nfm_reply, call_permission_reply, or a later one."""
    id: str | None = None
    title: str | None = None
    description: str | None = None
    details: dict[str, JsonValue] = {}


class _WhollyOptional(Fact):
    """A content that any object of its kind would fit: one kept as `Other` must stay what it is when it is read."""

    @model_validator(mode="before")
    @classmethod
    def _is_no_other(cls, told: Any) -> Any:
        if isinstance(told, dict) and "raw" in told:
            raise ValueError("kept as it came")
        return told


class OrderItem(Fact):
    product_retailer_id: str | None = None
    quantity: str | None = None
    item_price: str | None = None
    currency: str | None = None


class Order(_WhollyOptional):
    """Quantities and prices as Meta wrote them, as text: they come as numbers or strings."""

    kind: Literal["order"] = "order"
    catalog_id: str | None = None
    text: str | None = None
    items: tuple[OrderItem, ...] = ()


class Unsupported(_WhollyOptional):
    """A message Meta itself could not show us: 131051 not supported, 131060 unavailable."""

    kind: Literal["unsupported"] = "unsupported"
    code: int | None = None
    title: str | None = None
    original: str | None = None
    details: str | None = None


class Other(Fact):
    """A kind this version does not know, whoever told it: Meta, or a later version of the event's owner.

    Everything but `kind` has a default, so that a member added to a union breaks no reader.
    """

    kind: str
    raw: str = ""
    """The update's own text, from which a later decoder can read."""


Content = Annotated[
    Text | Media | Location | ContactCards | ButtonAnswer | InteractiveAnswer | Order | Unsupported | Other,
    Field(union_mode="left_to_right"),
]


class Referral(Fact):
    """The ad or post a customer came from; the first reply within 24 h opens a free entry point."""

    source_type: str | None = None
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    media_type: str | None = None
    ctwa_clid: str | None = None
    image_url: str | None = None
    video_url: str | None = None
    thumbnail_url: str | None = None
    welcome_message: str | None = None
    """What the ad itself said first."""


class ReferredProduct(Fact):
    """What of a catalogue the customer asks about."""

    catalog_id: str | None = None
    product_retailer_id: str | None = None


class OutgoingText(Fact):
    kind: Literal["text"] = "text"
    body: str
    preview_url: bool = False


class OutgoingReaction(Fact):
    """An empty emoji takes the reaction back."""

    kind: Literal["reaction"] = "reaction"
    emoji: str
    target_wamid: str


class OutgoingMedia(Fact):
    """A file of the business, checked: what it is called, is declared and is agree."""

    kind: Literal["image", "audio", "video", "document"]
    key: str
    """Where the files have it."""
    sha256: str
    """In hex."""
    size: int
    mime_type: str
    filename: str
    caption: str | None = None
    thumbnail: str | None = None
    """Where the files have a small picture of it, a JPEG; only of images."""


class TemplateParameter(Fact):
    """One value for one place of a template."""

    component: str
    """header, body or button."""
    index: int
    """Place within its component, from 0; for a button its place among all buttons."""
    kind: str = "text"
    """text, payload or coupon_code."""
    value: str
    name: str | None = None
    """Meta's name of the place, in a template whose format is named."""


class OutgoingTemplate(Fact):
    """An approved template with its values put in."""

    kind: Literal["template"] = "template"
    name: str
    language: str
    parameters: tuple[TemplateParameter, ...] = ()
    header: str | None = None
    body: str
    """As the customer reads it."""
    footer: str | None = None
    buttons: tuple[str, ...] = ()
    """Their labels."""


class ReadReceipt(Fact):
    """Tells the customer that this message of theirs, and all before it, was read."""

    kind: Literal["read_receipt"] = "read_receipt"
    target_wamid: str
    typing: bool = False
    """Whether they see that somebody is typing besides, until a message comes or 25 s have passed."""


class Blocking(Fact):
    """Keeps the customer's messages away, or lets them come again."""

    kind: Literal["blocking"] = "blocking"
    blocked: bool


OutgoingContent = Annotated[
    OutgoingText | OutgoingReaction | ReadReceipt | Blocking | OutgoingTemplate | OutgoingMedia | Other,
    Field(union_mode="left_to_right"),
]
