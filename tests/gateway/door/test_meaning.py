"""Bad inputs 17 to 22 and 24 to 27: what is validly signed is acknowledged, and reaches whom it belongs to."""

from __future__ import annotations

import json
from collections import Counter
from uuid import UUID, uuid4

import pytest
from gateway.domain.tags import Tags
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.service import Hears, Reaction
from recado_events.catalogue import INBOUND
from recado_events.ids import MessageId, OrganisationId, PhoneNumberId
from recado_events.inbound import InboundType, InboundUpdate

from tests.gateway.door.doorway import Doorway, until
from tests.harness.on_database import Record
from tests.simulator.bodies import (
    PEOPLE,
    Line,
    Wamids,
    contents,
    envelope,
    every_kind,
    merged,
    message,
    message_body,
    messages_body,
    status,
    statuses_body,
)
from tests.simulator.bodies.envelope import messaging_value
from tests.simulator.signing import JsonObject, meta_json

NOW = 1_795_000_000
MARINA = PEOPLE[0]
IDS = Wamids()


def text_body(line: Line, text: str = "Oi", wamid: str | None = None, **extras: object) -> JsonObject:
    return message_body(line, MARINA, wamid or IDS.of(MARINA), NOW, "text", contents.text(text), **extras)


def status_with(line: Line, tag: object) -> JsonObject:
    one = status(MARINA, IDS.of(MARINA, sent=True), NOW)
    return statuses_body(line, [{**one, "biz_opaque_callback_data": tag}])


async def test_every_kind_of_body_is_acknowledged_and_reaches_its_organisation(door: Doorway) -> None:
    line, organisation = door.served()
    bodies = every_kind(line, start=int(line.phone_number_id[-6:]) * 1000)
    answers = {name: door.send(body).status_code for name, body in bodies.items()}
    assert {name: code for name, code in answers.items() if code != 200} == {}
    told = await door.inbound(line)
    assert not await door.quarantined(line)
    texts = Counter(each.text for each in told)
    for each in told:
        update = InboundUpdate.model_validate_json(each.value)
        assert update.organisation_id == each.head.organisation_id == organisation
        assert each.key == f"{organisation}:{update.phone_number_id or line.waba_id}"
        assert each.head.type in set(InboundType)
    assert sum(texts.values()) == len(bodies) + 2, "statuses-several and batch hold two each"


async def test_a_record_says_what_its_readers_are_promised(door: Doorway) -> None:
    line, _ = door.served()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    body = meta_json(merged([text_body(line), text_body(line, "outra")]))
    answer = door.post(body, traceparent=trace)
    first, second = await door.inbound(line)
    assert first.head.source == "/recado/gateway"
    assert first.head.traceparent == trace
    assert first.head.correlation_id == second.head.correlation_id == answer.headers["recado-correlation-id"]
    assert first.head.id != second.head.id
    assert first.head.subject == second.head.subject
    assert "5511987650001" not in first.head.subject + first.key
    assert [each.body["ordinal"] for each in (first, second)] == [0, 1]
    assert first.body["received_at"] == round(first.head.time.timestamp() * 1_000_000)
    assert first.body["metadata"] == line.metadata()
    assert [contact["wa_id"] for contact in first.body["contacts"]] == ["5511987650001"]


async def test_an_account_level_update_goes_to_the_only_organisation_of_the_account(door: Doorway) -> None:
    line, organisation = door.served()
    body = every_kind(line)["phone_number_quality_update"]
    assert door.send(body).status_code == 200
    (told,) = await door.inbound(line)
    assert told.key == f"{organisation}:{line.waba_id}"
    assert told.body["phone_number_id"] is None
    assert told.head.subject == line.waba_id
    other, _ = door.served(waba_id=line.waba_id)
    assert door.send(text_body(other)).status_code == 200
    assert door.send(body).status_code == 200
    assert sorted(each.body["field"] for each in await door.inbound(line)) == [
        "messages",
        body["entry"][0]["changes"][0]["field"],
    ]
    assert len(await door.quarantined(other)) == 1


async def test_17_the_same_body_again_is_acknowledged_and_is_the_same_update(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line))
    assert [door.post(body).status_code for _ in range(4)] == [200] * 4
    told = await door.inbound(line)
    assert len({(each.key, each.head.subject, each.text) for each in told}) == 1
    assert len({each.head.id for each in told}) == 4


async def test_18_the_same_wamid_with_another_text_is_passed_on_in_order(door: Doorway) -> None:
    line, _ = door.served()
    wamid = IDS.of(MARINA)
    for text in ("primeiro", "segundo"):
        assert door.send(text_body(line, text, wamid)).status_code == 200
    told = await door.inbound(line)
    assert [(each.body["update"]["id"], each.body["update"]["text"]["body"]) for each in told] == [
        (wamid, "primeiro"),
        (wamid, "segundo"),
    ]


async def test_19_an_unknown_number_is_acknowledged_and_waits_in_quarantine(door: Doorway) -> None:
    line = door.line()
    assert door.send(text_body(line)).status_code == 200
    (told,) = await door.quarantined(line)
    assert told.head.organisation_id is None
    assert told.body["organisation_id"] is None
    assert told.key == f"{line.waba_id}:{line.phone_number_id}"
    assert not await door.inbound(line)


async def test_19_a_number_begun_a_moment_ago_is_known(door: Doorway) -> None:
    line = door.line()
    assert door.send(text_body(line)).status_code == 200
    for _ in range(5):
        other, organisation = door.served()
        assert door.send(text_body(other)).status_code == 200
        assert [each.head.organisation_id for each in await door.inbound(other)] == [organisation]


async def test_20_a_number_of_one_under_the_account_of_another_waits_in_quarantine(door: Doorway) -> None:
    mine, _ = door.served()
    theirs, _ = door.served()
    swapped = Line(theirs.waba_id, mine.phone_number_id)
    assert door.send(text_body(swapped)).status_code == 200
    assert [each.body["phone_number_id"] for each in await door.quarantined(theirs)] == [mine.phone_number_id]
    assert not await door.inbound(theirs)
    assert not await door.inbound(mine)


async def test_21_two_organisations_in_one_batch_get_each_their_own(door: Doorway) -> None:
    (mine, ours), (theirs, others) = door.served(), door.served()
    shared, third = door.served(waba_id=mine.waba_id)
    body = merged([text_body(mine, "a"), text_body(theirs, "b"), text_body(shared, "c"), text_body(mine, "d")])
    assert door.send(body).status_code == 200
    told = [*await door.inbound(mine), *await door.inbound(theirs)]
    whose = {each.body["update"]["text"]["body"]: each.head.organisation_id for each in told}
    assert whose == {"a": ours, "b": others, "c": third, "d": ours}


async def test_22_one_bad_update_among_a_thousand_is_one_record_among_a_thousand(door: Doorway) -> None:
    line, _ = door.served()
    good = [message(MARINA, IDS.of(MARINA), NOW, "text", contents.text(f"n {at}")) for at in range(999)]
    items: list[JsonObject] = [*good[:500], {"id": {"no": "id"}, "timestamp": []}, *good[500:]]
    assert door.send(messages_body(line, items, [MARINA])).status_code == 200
    told = await door.inbound(line)
    assert [each.body["ordinal"] for each in told] == list(range(1000))
    assert [each.text for each in told] == [meta_json(item) for item in items]
    assert {each.head.type for each in told} == {InboundType.MESSAGE}


def tag_of(tags: Tags, organisation: UUID, number: str, attempt: int = 1) -> str:
    return tags.make(OrganisationId(organisation), PhoneNumberId(number), MessageId(uuid4()), attempt)


async def test_24_a_tag_of_ours_goes_in(door: Doorway) -> None:
    line, organisation = door.served()
    ours = tag_of(door.tags, organisation, line.phone_number_id)
    others: list[object] = ["order-4711", "v1.order.55", "", None, 7, {}]
    for tag in (ours, *others):
        assert door.send(status_with(line, tag)).status_code == 200
    assert len(await door.inbound(line)) == 7
    assert not await door.quarantined(line)


async def test_24_a_forged_tag_waits_in_quarantine(door: Doorway) -> None:
    line, organisation = door.served()
    number = line.phone_number_id
    good = tag_of(door.tags, organisation, number)
    forged = [
        tag_of(Tags(b"another key that is long enough!"), organisation, number),
        tag_of(door.tags, uuid4(), number),
        tag_of(door.tags, organisation, "106540352200000"),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.replace(".1.", ".2."),
        good.replace(".1.", ".01."),
        good.replace(".1.", ".١."),
        f" {good} ",
        f"{good}\n",
    ]
    for tag in forged:
        assert door.send(status_with(line, tag)).status_code == 200
    told = await door.quarantined(line)
    assert [each.body["update"]["biz_opaque_callback_data"] for each in told] == forged
    assert {each.head.organisation_id for each in told} == {None}
    assert not await door.inbound(line)


@pytest.mark.parametrize("timestamp", ["0", "-1", "1795000000000", "253402300799", str(NOW + 600), "", "١", 1.5, None])
async def test_25_a_time_that_cannot_be_is_passed_on_as_it_came(door: Doorway, timestamp: object) -> None:
    line, _ = door.served()
    body = text_body(line)
    body["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = timestamp
    assert door.send(body).status_code == 200
    (told,) = await door.inbound(line)
    assert told.body["update"]["timestamp"] == timestamp


async def test_26_unknown_fields_types_and_words_are_passed_on(door: Doorway) -> None:
    line, _ = door.served()
    bodies = [
        envelope(line.waba_id, "telepathy", messaging_value(line, thoughts=[{"depth": 3}])),
        envelope(line.waba_id, "", messaging_value(line)),
        message_body(line, MARINA, IDS.of(MARINA), NOW, "hologram", {"depth": 3}),
        statuses_body(line, [status(MARINA, IDS.of(MARINA, sent=True), NOW, "teleported")]),
    ]
    assert [door.send(body).status_code for body in bodies] == [200] * 4
    kinds = Counter(each.head.type for each in await door.inbound(line))
    assert kinds == {InboundType.FIELD: 2, InboundType.MESSAGE: 1, InboundType.STATUS: 1}


async def test_a_body_of_another_shape_is_acknowledged_and_kept_as_it_came(door: Doorway) -> None:
    nonce = str(uuid4())
    bodies = [
        {"object": "page", "entry": [{"id": nonce}]},
        {"object": "whatsapp_business_account", "n": nonce},
        [nonce],
    ]
    assert [door.post(meta_json(body)).status_code for body in bodies] == [200] * 3
    told = [each for each in await door.quarantined(Line("", "")) if nonce.encode() in each.text]
    assert sorted(each.text for each in told) == sorted(meta_json(body) for body in bodies)
    assert {(each.head.type, each.key) for each in told} == {(InboundType.FIELD, "unknown:")}
    until(lambda: sum(nonce.encode() in row["value"] for row in door.archived(Line("", ""))) == 3)
    assert door.standings(Line("", "")) == [], "nobody will ever serve it: it is kept, and no one looks at it again"


async def test_27_three_megabytes_of_a_thousand_updates_are_acknowledged(door: Doorway) -> None:
    line, _ = door.served()
    room = 3_000_000 // 1000 - 330
    items = [message(MARINA, IDS.of(MARINA), NOW, "text", contents.text("ã" * (room // 6))) for _ in range(1000)]
    body = meta_json(messages_body(line, items, [MARINA]))
    assert 2_700_000 < len(body) < 3_145_728
    assert door.post(body).status_code == 200
    assert len(await door.inbound(line)) == 1000


async def test_27_one_update_of_three_megabytes_is_acknowledged(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line, "a" * 3_140_000))
    assert door.post(body).status_code == 200
    (told,) = await door.inbound(line)
    assert len(told.value) > 3_140_000


async def test_37_marks_of_direction_and_invisible_letters_are_kept(door: Doorway) -> None:
    line, _ = door.served()
    strange = "\u202etxt.exe\u202c \u200b\u200d\ufeff раураl \u0301 🏳️‍🌈"
    raw = json.dumps(text_body(line, strange), ensure_ascii=False).encode()
    assert door.post(raw).status_code == 200
    (told,) = await door.inbound(line)
    assert strange.encode() in told.text
    assert told.body["update"]["text"]["body"] == strange


def read_by_a_consumer(value: bytes, headers: list[tuple[str, bytes]]) -> str | None:
    """Why a consumer of all messages would park it."""
    decoder = Decoder([Hears(INBOUND, {InboundType.MESSAGE: Reaction(lambda *_: None)})])
    read = decoder.read(Record(INBOUND.name, 0, 0, b"", value, headers))
    return read.spoiled.reason if read.spoiled else None


async def test_32_half_a_character_is_passed_on_and_parked_by_its_reader(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line, "meio: HALF")).replace(b"HALF", rb"\ud800")
    assert door.post(body).status_code == 200
    assert door.send(text_body(line, "depois")).status_code == 200
    half, after = await door.inbound(line)
    assert rb'"meio: \ud800"' in half.text
    assert [read_by_a_consumer(each.value, each.headers) for each in (half, after)] == ["undecodable", None]


async def test_33_the_character_nul_is_passed_on_losslessly(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line, "antes\0depois"))
    assert rb"\u0000" in body
    assert door.post(body).status_code == 200
    (told,) = await door.inbound(line)
    assert rb"antes\u0000depois" in told.text
    assert told.body["update"]["text"]["body"] == "antes\0depois"
    assert read_by_a_consumer(told.value, told.headers) is None
