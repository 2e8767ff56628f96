"""History of the phone app: taken in whole, in any order, kept apart from all that is live."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from conversations.adapters.kafka.meta import decode
from conversations.application.importing import Importing
from conversations.commands import ImportPast, SetAsideUpdate
from recado_events.content import Media, Text
from recado_events.conversations import PastMessageImported
from recado_events.inbound import InboundType, InboundUpdate

from tests.conversations.office import Office
from tests.conversations.stage import NUMBER, ORGANISATION, Stage
from tests.simulator.bodies import coexistence
from tests.simulator.bodies.envelope import Line, Person

NOON = 1_790_000_000
LINE = Line("102290129340398", NUMBER, "551130001000")
SOFIA = Person(wa_id="5511987654321", user_id="BR.1", name="Sofia", username=None, country_code=None)
IMAGE = {"id": "77", "mime_type": "image/jpeg", "sha256": "x"}


def chunk(*messages: Any, person: Person = SOFIA) -> dict[str, Any]:
    body = coexistence.history_body(LINE, person, list(messages))
    told: dict[str, Any] = body["entry"][0]["changes"][0]["value"]["history"][0]
    return told


def medium(wamid: str, person: Person = SOFIA) -> dict[str, Any]:
    body = coexistence.history_media_body(LINE, person, wamid, NOON, IMAGE)
    told: dict[str, Any] = body["entry"][0]["changes"][0]["value"]["messages"][0]
    return told


def update(told: Any, organisation: Any = ORGANISATION) -> dict[str, Any]:
    return {
        "organisation_id": str(organisation),
        "waba_id": "1",
        "phone_number_id": NUMBER,
        "field": "history",
        "received_at": (NOON + 86_400) * 1_000_000,
        "update": told,
    }


def read(told: Any) -> ImportPast:
    command = decode(InboundType.HISTORY, InboundUpdate.model_validate(update(told)))
    assert isinstance(command, ImportPast)
    return command


def theirs(wamid: str, text: str = "Oi", at: int = NOON) -> dict[str, Any]:
    return coexistence.history_message(str(SOFIA.wa_id), wamid, at, "READ", text={"body": text})


def ours(wamid: str, text: str = "Bom dia", at: int = NOON) -> dict[str, Any]:
    return coexistence.history_message(LINE.digits, wamid, at, "DELIVERED", text={"body": text})


def test_a_chunk_is_read_with_who_wrote_what_when_and_how_far_it_came() -> None:
    first, second = read(chunk(theirs("wamid.1"), ours("wamid.2"))).messages
    assert (first.by_business, first.content, first.status) == (False, Text(body="Oi"), "read")
    assert (second.by_business, second.content, second.status) == (True, Text(body="Bom dia"), "delivered")
    assert first.occurred_at == datetime.fromtimestamp(NOON, UTC)
    assert {alias.kind for alias in first.aliases} == {"wa_id", "user_id"}


@pytest.mark.parametrize("told", [{"errors": [{"code": 2593109}]}, {"threads": []}, {"threads": [{"id": "1"}]}, {}])
def test_what_holds_no_message_is_kept_whole(told: Any) -> None:
    command = decode(InboundType.HISTORY, InboundUpdate.model_validate(update(told)))
    assert isinstance(command, SetAsideUpdate)


@pytest.mark.parametrize(
    "told", [{"threads": "x"}, {"threads": [{"id": "1", "messages": [None, {}, {"id": ""}, {"id": "wamid.x"}]}]}]
)
def test_a_message_of_the_past_of_any_shape_stops_nothing(told: Any) -> None:
    assert decode(InboundType.HISTORY, InboundUpdate.model_validate(update(told))) is not None


def test_the_past_opens_no_conversation_no_window_and_makes_nobody_a_customer(stage: Stage) -> None:
    stage.rota(stage.agents(1))
    before = len(stage.log())
    importing = Importing(stage.scene)
    stage.do(importing.import_past, read(chunk(theirs("wamid.1"), ours("wamid.2"))))
    left = [type(each.event) for each in stage.log()[before:]]
    assert left == [PastMessageImported, PastMessageImported]


def test_rule_17_what_is_live_later_is_live_whatever_the_past_holds(stage: Stage) -> None:
    stage.do(Importing(stage.scene).import_past, read(chunk(theirs("wamid.1"))))
    stage.writes(wamid="wamid.1")
    assert [type(fact).__name__ for fact in stage.facts()][-2:] == ["MessageReceived", "ServiceWindowOpened"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_chunks_and_media_in_any_order_and_again_leave_the_same(order: tuple[int, ...]) -> None:
    placeholder = coexistence.history_message(str(SOFIA.wa_id), "wamid.m", NOON)
    told = [chunk(placeholder, theirs("wamid.1")), medium("wamid.m"), chunk(placeholder)]
    stage = Stage()
    importing = Importing(stage.scene)
    for at in (*order, *order):
        stage.do(importing.import_past, read(told[at]))
    last = {fact.message_id: fact for fact in stage.facts(PastMessageImported)}
    assert len({fact.thread_id for fact in last.values()}) == 1
    image = next(fact for fact in last.values() if fact.personal.wamid == "wamid.m")
    assert isinstance(image.personal.content, Media)
    assert image.personal.content.media_id == "77"


def test_all_spellings_of_a_number_are_one_thread(stage: Stage) -> None:
    importing, wamids = Importing(stage.scene), iter(f"wamid.{at}" for at in range(9))
    for wa_id in ("5511987654321", "551187654321"):
        person = Person(wa_id=wa_id, user_id=None, name="Sofia", username=None, country_code=None)
        message = coexistence.history_message(wa_id, next(wamids), NOON, text={"body": "Oi"})
        stage.do(importing.import_past, read(chunk(message, person=person)))
    assert len({fact.thread_id for fact in stage.facts(PastMessageImported)}) == 1


async def test_the_past_is_shown_beside_the_conversation_and_counts_nowhere(office: Office) -> None:
    old = [theirs(f"wamid.old-{at}", f"old {at}", NOON + at) for at in range(3)]
    office.service.receives(
        InboundType.HISTORY, office.organisation, {**office.inbound(chunk(*old, ours("wamid.app"))), "field": "history"}
    )
    assert (await office.sees("/conversations"))["items"] == []
    assert (await office.sees("/counters", office.agent()))["unread"] == 0
    office.customer_writes("live", wamid="wamid.old-2")
    (talk,) = (await office.sees("/conversations"))["items"]
    assert talk["unread"] == 1
    path = f"/conversations/{talk['conversation_id']}/past"
    first = await office.sees(f"{path}?limit=2")
    assert len(first["items"]) == 2
    rest = await office.sees(f"{path}?limit=2&cursor={first['next_cursor']}")
    shown = [(line["content"]["body"], line["direction"]) for line in first["items"] + rest["items"]]
    assert sorted(shown) == [("Bom dia", "app"), ("old 0", "in"), ("old 1", "in")], "what is live is not shown twice"
    absent = await office.client.get(f"/conversations/{uuid4()}/past", headers=office.administrator)
    assert absent.status_code == 404
