"""Bodies that Meta could sign and nobody expects: strange characters, numbers and shapes wherever a value may stand."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tests.simulator import bodies
from tests.simulator.bodies import Line, Person, contents
from tests.simulator.signing import meta_json

Made = Callable[[Line, int], bytes]
"""A body for this line at this time, about somebody new each time."""

NUL = rb"a\u0000b"
HALF = rb"a\ud800b"
INFINITE = b"1e400"
BEYOND_64_BITS = b"7" * 400


def somebody(**members: Any) -> Person:
    return Person(**{"wa_id": f"55119{secrets.randbelow(10**8):08d}", "user_id": None, "name": "Nomes"} | members)


def wamid() -> str:
    return f"wamid.{secrets.token_hex(12)}"


def long() -> str:
    return secrets.token_hex(50_000)


def says(kind: str = "text", content: Any = None, who: dict[str, Any] | None = None, **extras: Any) -> Made:
    """A message; `who` replaces members of the person."""

    def made(line: Line, now: int) -> bytes:
        person = somebody(**who or {})
        told = {**bodies.message(person, wamid(), now, kind, content or {"body": "x"}), **extras}
        return meta_json(bodies.messages_body(line, [told], [] if kind == "system" else [person]))

    return made


def reports(word: str = "failed", **members: Any) -> Made:
    """A status of a message that nobody here sent."""

    def made(line: Line, now: int) -> bytes:
        return meta_json(bodies.statuses_body(line, [{**bodies.status(somebody(), wamid(), now, word), **members}]))

    return made


def echoes(line: Line, now: int) -> bytes:
    return meta_json(bodies.echo_body(line, somebody(wa_id="5511911PLACE"), wamid(), now))


def prefers(line: Line, now: int) -> bytes:
    return meta_json(bodies.preference_body(line, somebody(user_id="BR.PLACE"), now))


def without_id(line: Line, now: int) -> bytes:
    return meta_json(bodies.messages_body(line, [{"type": "text", "timestamp": str(now)}], []))


def placed(made: Made, text: bytes, place: bytes = b"PLACE") -> Made:
    """`text`, as it stands, in place of a word."""

    def changed(line: Line, now: int) -> bytes:
        body = made(line, now)
        assert place in body
        return body.replace(place, text)

    return changed


WITH_A_WORD: dict[str, Made] = {
    "in_a_number": says(who={"wa_id": "5511PLACE"}),
    "in_a_user_id": says(who={"wa_id": None, "user_id": "BR.PLACE"}),
    "in_a_name": says(who={"name": "Nome PLACE"}),
    "in_a_username": says(who={"username": "uPLACE"}),
    "in_a_country": says(who={"country_code": "PLACE"}),
    "in_a_text": says(content={"body": "PLACE"}),
    "in_a_caption": says("image", contents.media("image", caption="PLACE")),
    "in_a_file_name": says("document", contents.media("document", filename="PLACE")),
    "in_a_kind": says("PLACE", {"depth": 3}),
    "in_an_emoji": says("reaction", {"message_id": "wamid.a", "emoji": "PLACE"}),
    "in_a_target": says("reaction", {"message_id": "wamid.PLACE", "emoji": "x"}),
    "in_a_quoted_id": says(context={"id": "wamid.PLACE"}),
    "in_an_ad": says(referral={"source_type": "PLACE", "headline": "PLACE"}),
    "in_a_changed_number": says("system", {"type": "user_changed_number", "wa_id": "5511PLACE", "body": "x"}),
    "in_a_status_word": reports("PLACE"),
    "in_an_error": reports(errors=[{"code": 131026, "title": "PLACE"}]),
    "in_a_price": reports("sent", pricing={"billable": "PLACE", "category": "PLACE", "type": "PLACE"}),
    "in_an_echo": echoes,
    "in_a_preference": prefers,
}
WITH_A_NUMBER: dict[str, Made] = {
    "in_a_location": says("location", {"latitude": "PLACE", "longitude": 1.5, "name": "Casa"}),
    "in_an_unknown_kind": says("hologram", {"depth": "PLACE"}),
    "in_an_answer": says("interactive", {"type": "nfm_reply", "nfm_reply": {"depth": "PLACE"}}),
    "in_a_card": says("contacts", [{"name": {"formatted_name": "x"}, "addresses": [{"zip": "PLACE"}]}]),
    "in_an_order": says("order", {"product_items": [{"product_retailer_id": "a", "quantity": "PLACE"}]}),
    "in_a_timestamp": says(timestamp="PLACE"),
    "in_an_error_code": reports(errors=[{"code": "PLACE"}]),
    "in_what_is_unsupported": says("unsupported", {"type": "x"}, errors=[{"code": "PLACE"}]),
}
SHAPES: dict[str, Made] = {
    "not_a_number_in_a_location": says("location", {"latitude": "NaN", "longitude": "Infinity", "name": "Casa"}),
    "a_text_that_is_a_list": says(content={"body": ["x"]}),
    "a_text_that_is_a_number": says(content={"body": 5}),
    "a_media_id_that_is_an_object": says("image", {"id": {"a": 1}, "sha256": ["x"], "voice": "perhaps"}),
    "an_answer_of_odd_kinds": says("interactive", {"type": ["a"], "a": 1}),
    "cards_of_odd_kinds": says("contacts", [{"name": {"formatted_name": 7}, "phones": "none"}]),
    "an_order_of_odd_kinds": says("order", {"product_items": [{"product_retailer_id": {}, "quantity": [1]}]}),
    "a_context_of_odd_kinds": says(context={"id": ["x"], "forwarded": "no"}),
    "errors_of_odd_kinds": says("unsupported", {"type": {}}, errors="none"),
    "an_edit_to_a_place_that_is_none": says(
        "edit",
        {
            "original_message_id": "wamid.a",
            "message": {"type": "location", "location": {"latitude": "nan", "longitude": "inf"}},
        },
    ),
    "a_reaction_to_nothing": says("reaction", {"emoji": "x"}),
    "an_edit_of_nothing": says("edit", {"message": {"type": "text", "text": {"body": "y"}}}),
    "a_revocation_of_nothing": says("revoke", {"original_message_id": None}),
    "a_group_of_nobody": says(group_id=None),
    "a_long_name": says(who={"name": long()}),
    "a_long_number": says(who={"wa_id": long()}),
    "a_long_kind": says(long(), {"depth": 3}),
    "a_long_emoji": says("reaction", {"message_id": "wamid.a", "emoji": long()}),
    "a_long_status_word": reports(long()),
    "a_long_price": reports("sent", pricing={"category": long()}),
}


def _corpus() -> dict[str, Made]:
    words = {f"nul_{where}": placed(made, NUL) for where, made in WITH_A_WORD.items()}
    numbers = {"infinity": INFINITE, "beyond_64_bits": BEYOND_64_BITS, "beyond_32_bits": b"2147483648"}
    counted = {
        f"{what}_{where}": placed(made, text, b'"PLACE"')
        for what, text in numbers.items()
        for where, made in WITH_A_NUMBER.items()
    }
    return words | counted | SHAPES


STORED = _corpus()
"""Each of these leaves a fact or is set aside; none is parked, and none stops anything."""
PARKED: dict[str, Made] = {
    f"half_a_character_{where}": placed(WITH_A_WORD[where], HALF)
    for where in ("in_a_number", "in_a_name", "in_a_text", "in_a_kind", "in_a_status_word", "in_an_echo")
} | {
    "nested_400_deep": placed(says("hologram", {"depth": "PLACE"}), b"[" * 400 + b"]" * 400, b'"PLACE"'),
    "without_id": without_id,
}
"""Nothing can be made of these: they are parked as they came, and nobody else waits for them."""
