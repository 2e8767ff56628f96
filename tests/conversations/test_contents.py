"""Every content that a message may have is read back as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
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
    OutgoingContent,
    OutgoingReaction,
    OutgoingText,
    ReadReceipt,
    Text,
    Unsupported,
)

IN: TypeAdapter[Content] = TypeAdapter(Content)
OUT: TypeAdapter[OutgoingContent] = TypeAdapter(OutgoingContent)
KINDS = ["text", "image", "voice", "location", "contacts", "button", "interactive", "order", "unsupported", "reaction",
         "read_receipt", "hologram"]  # fmt: skip

words = st.text(max_size=8)
perhaps = st.none() | words
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(words, json, max_size=3)
places = st.floats(allow_nan=False, allow_infinity=False)
cards = st.builds(
    ContactCard,
    formatted_name=words,
    company=perhaps,
    phones=st.tuples(st.builds(CardPhone, phone=perhaps, wa_id=perhaps, user_id=perhaps, label=perhaps)),
    emails=st.tuples(st.builds(CardEmail, email=perhaps, label=perhaps)),
    addresses=st.tuples(objects),
    urls=st.tuples(objects),
)
items = st.builds(OrderItem, product_retailer_id=perhaps, quantity=perhaps, item_price=perhaps, currency=perhaps)
others = st.builds(Other, kind=st.sampled_from(KINDS) | words, raw=words)
contents = (
    st.builds(Text, body=words)
    | st.builds(
        Media,
        kind=st.sampled_from(["image", "video", "audio", "document", "sticker"]),
        media_id=words,
        caption=perhaps,
        filename=perhaps,
        voice=st.none() | st.booleans(),
        animated=st.none() | st.booleans(),
    )
    | st.builds(Location, latitude=places, longitude=places, name=perhaps, address=perhaps, url=perhaps)
    | st.builds(ContactCards, cards=st.tuples(cards))
    | st.builds(ButtonAnswer, text=words, payload=perhaps)
    | st.builds(InteractiveAnswer, answer=words, id=perhaps, title=perhaps, description=perhaps, details=objects)
    | st.builds(Order, catalog_id=perhaps, text=perhaps, items=st.lists(items, max_size=2).map(tuple))
    | st.builds(Unsupported, code=st.none() | st.integers(), title=perhaps, original=perhaps, details=perhaps)
    | others
)
outgoing = (
    st.builds(OutgoingText, body=words, preview_url=st.booleans())
    | st.builds(OutgoingReaction, emoji=words, target_wamid=words)
    | st.builds(ReadReceipt, target_wamid=words)
    | others
)


@given(contents)
def test_every_content_of_a_received_message_is_read_back_as_it_was(content: Content) -> None:
    assert IN.validate_json(IN.dump_json(content)) == content


@given(outgoing)
def test_every_content_of_a_sent_message_is_read_back_as_it_was(content: OutgoingContent) -> None:
    assert OUT.validate_json(OUT.dump_json(content)) == content


@pytest.mark.parametrize("kind", ["order", "unsupported"])
def test_what_did_not_fit_its_kind_keeps_its_own_text(kind: str) -> None:
    content = Other(kind=kind, raw='{"type":"order","order":7}')
    assert IN.validate_json(content.model_dump_json()) == content
