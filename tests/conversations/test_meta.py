"""Meta's updates in our words: every kind of message, status and system note, and what does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from conversations.adapters.kafka.meta import decode
from conversations.adapters.kafka.meta_people import InvalidUpdate
from conversations.commands import (
    ChangeIdentity,
    ReceiveEcho,
    ReceiveEdit,
    ReceiveMessage,
    ReceiveReaction,
    ReceiveRevoke,
    RecordStatus,
    SetAsideUpdate,
    SetMarketing,
)
from conversations.domain.meta_content import learnt
from conversations.domain.meta_values import as_text
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.service import Unreadable
from recado_events.content import (
    ButtonAnswer,
    ContactCards,
    InteractiveAnswer,
    Location,
    Media,
    Order,
    OrderItem,
    Other,
    ReferredProduct,
    Text,
    Unsupported,
)
from recado_events.inbound import InboundType, InboundUpdate

from tests.conversations.stage import NUMBER, ORGANISATION

RECEIVED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def update(told: Any, contacts: tuple[dict[str, Any], ...] = (), field: str = "messages") -> InboundUpdate:
    return InboundUpdate(
        organisation_id=ORGANISATION,
        waba_id="1",  # type: ignore[arg-type]
        phone_number_id=NUMBER,
        field=field,
        received_at=int(RECEIVED.timestamp() * 1_000_000),
        contacts=contacts,
        update=told,
    )


def message(kind: str | None, **members: Any) -> dict[str, Any]:
    usual = {"from": "5511987654321", "id": "wamid.A", "timestamp": str(int(RECEIVED.timestamp()) - 5)}
    return {**usual, **({} if kind is None else {"type": kind}), **members}


def received(told: dict[str, Any], **contact: Any) -> ReceiveMessage:
    command = decode(InboundType.MESSAGE, update(told, (contact,) if contact else ()))
    assert isinstance(command, ReceiveMessage)
    return command


KNOWN: list[tuple[dict[str, Any], type]] = [
    (message("text", text={"body": "Há outra cor?"}), Text),
    (message("image", image={"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "c"}), Media),
    (message("audio", audio={"id": "1", "voice": True}), Media),
    (message("voice", voice={"id": "1"}), Media),
    (message("sticker", sticker={"id": "1", "animated": False}), Media),
    (message("location", location={"latitude": "-23.5", "longitude": -46.6}), Location),
    (message("contacts", contacts=[{"name": {"formatted_name": "Lúcia"}}]), ContactCards),
    (message("button", button={"text": "Sim", "payload": "yes"}), ButtonAnswer),
    (
        message("interactive", interactive={"type": "list_reply", "list_reply": {"id": "1", "title": "t"}}),
        InteractiveAnswer,
    ),
    (
        message("interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
        InteractiveAnswer,
    ),
    (
        message("order", order={"product_items": [{"product_retailer_id": "p", "quantity": 2, "item_price": "3"}]}),
        Order,
    ),
    (message("unsupported", errors=[{"code": 131051, "title": "Message type unknown"}]), Unsupported),
    (message("unknown", errors=[{"code": 501, "title": "old"}]), Unsupported),
    (message("poll_creation", poll={"q": 1}), Other),
    (message("text", text="not an object"), Other),
    (message("image"), Other),
    (message(None), Other),
]


@pytest.mark.parametrize(("told", "kind"), KNOWN)
def test_every_kind_of_message_is_a_message(told: dict[str, Any], kind: type) -> None:
    assert isinstance(received(told).content, kind)


@pytest.mark.parametrize("told", [told for told, _ in KNOWN])
def test_pain_18_what_an_earlier_release_kept_whole_is_read_as_if_it_came_now(told: dict[str, Any]) -> None:
    now = received(told).content
    earlier = Other(kind=str(told.get("type")), raw=as_text(told))
    assert learnt(earlier) == (earlier if isinstance(now, Other) else now)
    assert learnt(now) == now


@pytest.mark.parametrize("raw", ["", "{", "7", "null", '["text"]', "[" * 100_000, '{"type":"hologram","depth":3}'])
def test_what_this_release_cannot_read_either_stays_as_it_was_kept(raw: str) -> None:
    kept = Other(kind="hologram", raw=raw)
    assert learnt(kept) is kept


def test_what_does_not_fit_is_kept_whole() -> None:
    content = received(message("hologram", hologram={"depth": 3})).content
    assert isinstance(content, Other)
    assert (content.kind, '"depth":3' in content.raw) == ("hologram", True)


def test_bad_input_33_nul_in_a_text_is_kept() -> None:
    content = received(message("text", text={"body": "a\x00b"})).content
    assert content == Text(body="a\x00b")


def test_the_customer_is_known_by_every_alias_that_the_update_tells() -> None:
    command = received(
        message("text", text={"body": "x"}, from_user_id="BR.1"),
        wa_id="551187654321",
        user_id="BR.1",
        parent_user_id="BR.ENT.9",
        profile={"name": "Sofia", "username": "@sofia"},
    )
    assert [(alias.kind, alias.value) for alias in command.sighting.aliases] == [
        ("wa_id", "5511987654321"),
        ("wa_id", "551187654321"),
        ("user_id", "BR.1"),
        ("parent_user_id", "BR.ENT.9"),
    ]
    assert (command.sighting.profile_name, command.sighting.username) == ("Sofia", "@sofia")


def test_an_empty_string_from_meta_is_an_absent_value() -> None:
    told = {**message("text", text={"body": "x"}), "from": "", "from_user_id": "BR.1"}
    command = received(told, wa_id="", user_id="BR.1", profile={"name": ""})
    assert [alias.kind for alias in command.sighting.aliases] == ["user_id"]
    assert command.sighting.profile_name is None


@pytest.mark.parametrize("told", [{**message("text"), "id": ""}, {**message("text"), "from": ""}, "text", None, []])
def test_an_update_without_what_identifies_it_is_named_invalid(told: Any) -> None:
    with pytest.raises(InvalidUpdate) as refused:
        decode(InboundType.MESSAGE, update(told))
    assert isinstance(refused.value, Unreadable), "its subject would wait behind it"


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("reaction", {"emoji": "👍"}),
        ("reaction", {"message_id": "", "emoji": "👍"}),
        ("edit", {"message": {"type": "text", "text": {"body": "y"}}}),
        ("revoke", {}),
        ("revoke", {"original_message_id": None}),
    ],
)
@pytest.mark.parametrize("record", [InboundType.MESSAGE, InboundType.ECHO])
def test_what_names_no_target_is_a_message_kept_whole(record: InboundType, kind: str, details: dict[str, Any]) -> None:
    command = decode(record, update({**message(kind, **{kind: details}), "to": "5511987654321"}))
    assert isinstance(command, ReceiveMessage if record is InboundType.MESSAGE else ReceiveEcho)
    assert isinstance(command.content, Other)
    assert (command.content.kind, str(details.get("emoji", "")) in command.content.raw) == (kind, True)


@pytest.mark.parametrize("kind", ["edit", "revoke"])
def test_an_edit_or_revocation_of_nothing_opens_no_window(kind: str) -> None:
    assert not received(message(kind, **{kind: {}})).opens_window


@pytest.mark.parametrize(
    ("timestamp", "occurred_at", "plausible"),
    [
        (str(int(RECEIVED.timestamp()) - 60), RECEIVED - timedelta(seconds=60), True),
        (int(RECEIVED.timestamp()) - 60, RECEIVED - timedelta(seconds=60), True),
        (str(int(RECEIVED.timestamp()) + 90), RECEIVED, True),
        (str(int(RECEIVED.timestamp()) + 600), RECEIVED, False),
        (str(int(RECEIVED.timestamp()) * 1000), RECEIVED, False),
        ("253402300799", RECEIVED, False),
        ("0", RECEIVED, False),
        ("-1", RECEIVED, False),
        ("soon", RECEIVED, False),
        (None, RECEIVED, False),
        ("9" * 400, RECEIVED, False),
    ],
)
def test_bad_input_25_metas_clock_is_clamped_to_the_time_of_receipt(
    timestamp: Any, occurred_at: datetime, plausible: bool
) -> None:
    command = received(message("text", text={"body": "x"}, timestamp=timestamp))
    assert (command.occurred_at, command.plausible) == (occurred_at, plausible)


def test_a_quoted_message_and_a_forwarded_one_are_told() -> None:
    quoting = received(message("text", text={"body": "x"}, context={"from": "1", "id": "wamid.B"}))
    assert quoting.reply_to is not None
    forwarded = received(message("text", text={"body": "x"}, context={"frequently_forwarded": True}))
    assert (forwarded.reply_to, forwarded.forwarded) == (None, True)


def test_an_ad_is_told_with_its_referral() -> None:
    command = received(message("text", text={"body": "x"}, referral={"source_type": "ad", "source_id": 12}))
    assert command.referral is not None
    assert (command.referral.source_type, command.referral.source_id) == ("ad", "12")


def test_what_an_ad_showed_and_said_is_told() -> None:
    told = {"image_url": "https://a.example/i", "video_url": "https://a.example/v", "thumbnail_url": "https://a.example/t",
            "welcome_message": {"text": "Hi!"}}  # fmt: skip
    referral = received(message("text", text={"body": "x"}, referral=told)).referral
    assert referral is not None
    assert (referral.image_url, referral.video_url) == ("https://a.example/i", "https://a.example/v")
    assert (referral.thumbnail_url, referral.welcome_message) == ("https://a.example/t", "Hi!")


@pytest.mark.parametrize("odd", [None, "x", {}, {"text": ["x"]}])
def test_an_ad_that_said_nothing_is_an_ad(odd: Any) -> None:
    referral = received(message("text", text={"body": "x"}, referral={"welcome_message": odd})).referral
    assert referral is not None
    assert referral.welcome_message is None


def test_a_product_that_is_asked_about_is_told() -> None:
    product = {"catalog_id": "c", "product_retailer_id": 7}
    asking = received(message("text", text={"body": "x"}, context={"id": "wamid.B", "referred_product": product}))
    assert asking.referred_product == ReferredProduct(catalog_id="c", product_retailer_id="7")
    assert asking.reply_to is not None
    odds: tuple[Any, ...] = (None, "x", [])
    for odd in odds:
        told = received(message("text", text={"body": "x"}, context={"referred_product": odd}))
        assert told.referred_product is None


def test_an_order_whose_items_lack_something_is_an_order_and_odd_ones_are_kept_whole() -> None:
    content = received(message("order", order={"product_items": [{"product_retailer_id": "p", "quantity": 2}]})).content
    assert content == Order(items=(OrderItem(product_retailer_id="p", quantity="2"),))
    odds: tuple[Any, ...] = ([{"quantity": [1]}], [{"product_retailer_id": {}}], ["x"], [{"item_price": True}])
    for odd in odds:
        assert isinstance(received(message("order", order={"product_items": odd})).content, Other)


def test_unavailable_content_opens_no_window() -> None:
    placeholder = received(message("unsupported", errors=[{"code": 131060}]))
    assert not placeholder.opens_window
    assert received(message("unsupported", errors=[{"code": 131051}])).opens_window
    assert not received(message("unsupported", errors=[{"code": "131060"}])).opens_window


def test_what_is_unsupported_is_told_in_metas_words() -> None:
    error = {"code": "131051", "title": "t", "error_data": {"details": "Not supported."}}
    content = received(message("unsupported", errors=[error])).content
    assert content == Unsupported(code=131051, title="t", details="Not supported.")


def test_reactions_edits_and_revocations_name_their_target() -> None:
    target = received(message("text", text={"body": "x"}) | {"id": "wamid.T"}).message_id
    reaction = decode(InboundType.MESSAGE, update(message("reaction", reaction={"message_id": "wamid.T", "emoji": ""})))
    assert isinstance(reaction, ReceiveReaction)
    assert (reaction.target_id, reaction.emoji) == (target, None)
    edited = {"original_message_id": "wamid.T", "message": {"type": "text", "text": {"body": "y"}}}
    edit = decode(InboundType.MESSAGE, update(message("edit", edit=edited)))
    assert isinstance(edit, ReceiveEdit)
    assert (edit.target_id, edit.content) == (target, Text(body="y"))
    revoke = decode(InboundType.MESSAGE, update(message("revoke", revoke={"original_message_id": "wamid.T"})))
    assert isinstance(revoke, ReceiveRevoke)
    assert revoke.target_id == target


@pytest.mark.parametrize("counts", [True, False])
def test_whether_a_reaction_opens_a_window_is_a_policy(counts: bool) -> None:
    told = update(message("reaction", reaction={"message_id": "wamid.T", "emoji": "x"}))
    reaction = decode(InboundType.MESSAGE, told, reactions_open_window=counts)
    assert isinstance(reaction, ReceiveReaction)
    assert reaction.opens_window is counts
    to_nothing = decode(InboundType.MESSAGE, update(message("reaction")), reactions_open_window=counts)
    assert isinstance(to_nothing, ReceiveMessage)
    assert to_nothing.opens_window is counts


def test_changed_numbers_and_user_ids_are_changes_of_identity() -> None:
    system = {"type": "user_changed_number", "wa_id": "12195555358", "body": "…"}
    change = decode(InboundType.MESSAGE, update(message("system", system=system)))
    assert isinstance(change, ChangeIdentity)
    assert [alias.value for alias in (*change.old, *change.new)] == ["5511987654321", "12195555358"]
    system = {"type": "user_changed_user_id", "user_id": "BR.2", "previous_user_id": "BR.1"}
    change = decode(InboundType.MESSAGE, update({**message("system", system=system), "from": ""}))
    assert isinstance(change, ChangeIdentity)
    assert [alias.value for alias in (*change.old, *change.new)] == ["BR.1", "BR.2"]


def test_other_system_notes_and_group_messages_are_set_aside() -> None:
    for told in (message("system", system={"type": "customer_identity_changed"}), message("text", group_id="g")):
        assert isinstance(decode(InboundType.MESSAGE, update(told)), SetAsideUpdate)


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_group_is_no_group(nothing: Any) -> None:
    assert received(message("text", text={"body": "x"}, group_id=nothing)).content == Text(body="x")


def test_echoes_are_about_the_person_written_to() -> None:
    told = {"from": "15550783881", "to": "5511987654321", "id": "wamid.E", "timestamp": "1", "type": "text",
            "text": {"body": "x"}}  # fmt: skip
    echo = decode(InboundType.ECHO, update(told))
    assert isinstance(echo, ReceiveEcho)
    assert [alias.value for alias in echo.sighting.aliases] == ["5511987654321"]
    revoke = decode(InboundType.ECHO, update({**told, "type": "revoke", "revoke": {"original_message_id": "w"}}))
    assert isinstance(revoke, ReceiveRevoke)
    assert revoke.by_business
    reacting = {**told, "type": "reaction", "reaction": {"message_id": "wamid.T", "emoji": "👍"}}
    reaction = decode(InboundType.ECHO, update(reacting))
    assert isinstance(reaction, ReceiveReaction)
    assert (reaction.by_business, reaction.opens_window, reaction.emoji) == (True, False, "👍")


def test_a_status_tells_our_own_id_pricing_and_errors() -> None:
    own = UUID("01993d6c-0000-7000-8000-0123456789ab")
    told = {
        "id": "wamid.S",
        "status": "failed",
        "timestamp": str(int(RECEIVED.timestamp())),
        "biz_opaque_callback_data": f"v1.{own.hex}.1.0123456789abcdef",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
        "errors": [
            {"code": 131049, "title": "not delivered", "error_data": {"details": "In this experiment."}},
            {"title": "no code"},
            {"code": "131026", "error_data": "odd", "details": "the old place"},
            {"code": "soon"},
        ],
    }
    status = decode(InboundType.STATUS, update(told))
    assert isinstance(status, RecordStatus)
    assert (status.tagged_id, status.status) == (own, "failed")
    assert status.pricing is not None
    assert status.pricing.category == "marketing"
    assert [error.code for error in status.errors] == [131049, 131026]
    assert status.details == ("In this experiment.", "the old place")


@pytest.mark.parametrize("tag", [None, "", "tracker-17", "v2.abc", 5])
def test_callback_data_that_is_not_ours_is_no_tag(tag: Any) -> None:
    told = {"id": "wamid.S", "status": "sent", "timestamp": "1763899200", "biz_opaque_callback_data": tag}
    status = decode(InboundType.STATUS, update(told))
    assert isinstance(status, RecordStatus)
    assert status.tagged_id is None


@pytest.mark.parametrize(("value", "wanted"), [("stop", False), ("resume", True), ("signup", True)])
def test_preferences_are_wishes_about_marketing(value: str, wanted: bool) -> None:
    told = {"wa_id": "5511987654321", "category": "marketing_messages", "value": value, "timestamp": 1731705721}
    wish = decode(InboundType.PREFERENCE, update(told))
    assert isinstance(wish, SetMarketing)
    assert wish.wanted is wanted


def test_history_without_messages_and_errors_are_set_aside_under_a_name_of_their_own_content() -> None:
    first = decode(InboundType.HISTORY, update({"history": []}, field="history"))
    again = decode(InboundType.HISTORY, update({"history": []}, field="history"))
    other = decode(InboundType.ERROR, update({"code": 130429}))
    assert isinstance(first, SetAsideUpdate)
    assert first == again
    assert isinstance(other, SetAsideUpdate)
    assert other.update_id != first.update_id


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ["text", "image", "location", "contacts", "interactive", "button", "order", "reaction", "edit", "revoke",
         "system", "unsupported", "status"]  # fmt: skip


@given(st.sampled_from(list(InboundType)), st.sampled_from(KINDS), JSON, JSON, JSON)
def test_whatever_stands_in_an_update_is_read_or_named_invalid(
    record: InboundType, kind: str, details: Any, context: Any, errors: Any
) -> None:
    told = message(kind, **{kind: details, "context": context, "errors": errors, "to": "1", "wa_id": "1"})
    try:
        command = decode(record, update(told))
    except InvalidUpdate:
        return
    assert command is None or command.organisation_id == ORGANISATION
