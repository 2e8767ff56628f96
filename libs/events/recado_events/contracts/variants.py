"""More examples of types whose data takes several shapes: one of every kind of content, and one of an erased person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events import conversations as c
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
    OutgoingReaction,
    Referral,
    ReferredProduct,
    Text,
    Unsupported,
)
from recado_events.contracts import story as s
from recado_events.event import Event
from recado_events.identity import Recipient
from recado_events.ids import AttachmentId

_IMAGE = Media(
    kind="image",
    media_id="1003383421387256",
    mime_type="image/jpeg",
    sha256="SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
    caption="This one, but for twelve people",
)
_PLACE = Location(latitude=40.6782, longitude=-73.9442, name="Clara's office", address="1 Example Street, Brooklyn")
_CARDS = ContactCards(
    cards=(
        ContactCard(
            formatted_name="Daniel Nunes",
            first_name="Daniel",
            company="Nunes & Daughters",
            phones=(CardPhone(phone="+1 212-555-0166", wa_id="12125550166", label="WORK"),),
            emails=(CardEmail(email="daniel@nunes.example", label="WORK"),),
            addresses=({"city": "Brooklyn", "country_code": "US"},),
            urls=({"url": "https://nunes.example", "type": "WORK"},),
        ),
    )
)
_CHOICE = InteractiveAnswer(answer="list_reply", id="pick-up-9", title="9 o'clock", description="Pick up at the shop")
_ORDER = Order(
    catalog_id="194836987003835",
    text="For Saturday, please",
    items=(OrderItem(product_retailer_id="lemon-cake", quantity="1", item_price="38.50", currency="USD"),),
)
_UNSHOWN = Unsupported(code=131051, title="Message type unknown", original="poll_creation")
_UNKNOWN = Other(kind="hologram", raw='{"type":"hologram","hologram":{"id":"1"}}')
_CAKE = ReferredProduct(catalog_id="194836987003835", product_retailer_id="lemon-cake")
_AD = Referral(
    source_type="ad",
    source_id="120211234567890123",
    source_url="https://fb.example/ad/1",
    headline="Lemon cake, baked today",
    body="Write to us",
    media_type="image",
    ctwa_clid="ARAkLkA8rmlFeiCktEJQ",
)


def _received(content: Content, **more: Any) -> dict[str, Any]:
    message = c.Received(wamid=s.QUESTION_WAMID, content=content, sender_name=s.CLARA_NAME, **more)
    return {"kind": content.kind, "personal": message}


_FILE = c.QuickReplyFile(
    attachment_id=AttachmentId(s.uuid7(s.START, "a file of quick replies")),
    kind="document",
    key=f"{s.ORGANISATION}/{s.PHOTO_HASH}",
    sha256=s.PHOTO_HASH,
    size=48_211,
    mime_type="application/pdf",
    name="Price list.pdf",
)

VARIANTS: Mapping[type[Event], Mapping[str, Mapping[str, Any]]] = {
    c.MessageReceived: {
        "button": _received(ButtonAnswer(text="Yes, please", payload="yes")),
        "contacts": _received(_CARDS),
        "erased": {"personal": None},
        "from-ad": {**_received(Text(body=s.QUESTION_TEXT), referral=_AD), "from_ad": True},
        "image": _received(_IMAGE),
        "interactive": _received(_CHOICE),
        "location": _received(_PLACE),
        "order": _received(_ORDER),
        "other": _received(_UNKNOWN),
        "product": _received(Text(body=s.QUESTION_TEXT), referred_product=_CAKE),
        "unsupported": _received(_UNSHOWN),
    },
    c.MessageFailed: {
        "explained": {"personal": c.FailureDetails(details=("The customer's phone was not reached for 30 days.",))},
    },
    c.ReactionReceived: {
        "from-phone-app": {"target_id": s.QUESTION, "by_business": True},
    },
    c.MessageReleased: {
        "reaction": {
            "kind": "reaction",
            "reply_to": None,
            "target_id": s.QUESTION,
            "personal": c.Released(
                content=OutgoingReaction(emoji="🎂", target_wamid=s.QUESTION_WAMID),
                recipient=Recipient(wa_id=s.CLARA_WA_ID),
            ),
        },
    },
    c.QuickReplyWritten: {"with-file": {"shortcut": "prices", "title": "Prices", "text": "All of it.", "file": _FILE}},
}
