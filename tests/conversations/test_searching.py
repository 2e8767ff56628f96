"""What people type, and what it finds."""

from __future__ import annotations

import pytest
from conversations.views.words import (
    LONGEST_WORD,
    MOST_WORDS,
    folded,
    number_in,
    spellings_of,
    words_of,
)
from hypothesis import given
from hypothesis import strategies as st
from recado_events.inbound import InboundType
from recado_events.trigrams import marked, trigrams_of

from tests.conversations.office import Office
from tests.harness.on_memory import ORGANISATION


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("João  AÇÃO", ["joao", "acao"]),
        ("Straße, ﬁm", ["strasse", "fim"]),
        ("e\u0301 é", ["e"]),
        ("R$ 10,50 nº45", ["r", "10", "50", "no45"]),
        ("a_b-c", ["a", "b", "c"]),
        ("🙂 …", []),
        ("李雷", ["李雷"]),
        ("x" * 100, ["x" * LONGEST_WORD]),
    ],
)
def test_words_have_no_case_accents_or_marks(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_folding_twice_is_folding_once_and_no_word_needs_escaping(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert all(word.isalnum() for word in words_of(text))
    assert words_of(folded(text)) == words_of(text)


def test_a_text_without_end_has_an_end_of_words() -> None:
    assert len(words_of(" ".join(map(str, range(5_000))))) == MOST_WORDS


def test_rule_10_a_number_is_found_by_its_variants_too() -> None:
    assert spellings_of("551187654321") == ["551187654321", "5511987654321"]
    assert spellings_of("\x00") == spellings_of(None) == []
    assert trigrams_of("98765") == ["765", "876", "987"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("98765", "98765"), ("+55 (11) 98765-4321", "5511987654321"), ("12", None), ("98765 ana", None), ("٩٨٧", None)],
)
def test_what_looks_like_a_part_of_a_number_is_one(text: str, number: str | None) -> None:
    assert number_in(text) == number


def test_words_of_an_organisation_stand_behind_its_mark() -> None:
    (word,) = marked(ORGANISATION, ["ana"])
    assert word.endswith("ana")
    assert word != "ana"


@pytest.mark.parametrize("text", ["joao", "JOÃO", "joa", "98765", "8765-43", "preco", "qual preç"])
async def test_s22_messages_names_and_numbers_are_searched(office: Office, text: str) -> None:
    office.customer_writes("Qual é o PREÇO?")  # João, 5511987654321
    found = await office.sees("/conversations?text=" + text)
    assert [item["customer"]["name"] for item in found["items"]] == ["João"]


@pytest.mark.parametrize("text", ["maria", "98766", "preco prazo", "j", "preço 98765"])
async def test_what_fits_nothing_finds_nothing(office: Office, text: str) -> None:
    office.customer_writes("Qual é o PREÇO?")
    assert (await office.sees("/conversations?text=" + text))["items"] == []


async def test_rule_15_search_and_filters_stay_within_the_scope_own(office: Office) -> None:
    await office.does("PUT", f"/profiles/{office.profile}/grant", {"level": "view_only", "scope": "own"})
    office.customer_writes("orçamento")
    for query in (
        "text=orcamento",
        "text=joao",
        "text=98765",
        "unread=true",
        "window=open",
        "unassigned=true",
        "state=open",
    ):
        assert (await office.sees(f"/conversations?{query}", office.agent()))["items"] == []
    assert (await office.sees("/counters", office.agent())) == {"unread": 0, "conversations": {}}
    everything = await office.sees("/conversations?text=orcamento&state=open&window=open&unread=true")
    assert len(everything["items"]) == 1


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("state=shut", "invalid_request"), ("window=ajar", "invalid_request"), ("owner=me", "invalid_request"),
        ("view=yours", "invalid_request"), ("unread=perhaps", "invalid_request"), ("contact=x", "invalid_request"),
        ("channel=abc", "invalid_request"), ("channel=%D9%A1", "invalid_request"), ("text=", "invalid_request"),
        ("text=" + "x" * 201, "invalid_request"), ("active_from=2026-11-26T10:00:00", "invalid_request"),
        ("opened_until=yesterday", "invalid_request"), ("&".join(["state=open"] * 21), "invalid_request"),
        ("active_from=2026-11-26T10:00:00Z&active_until=2026-11-26T10:00:00Z", "dates_reversed"),
        ("text=%3F%21", "nothing_to_search"), ("text=%F0%9F%99%82", "nothing_to_search"),
    ],
)  # fmt: skip
async def test_bad_filters_are_refused_by_name(office: Office, query: str, told: str) -> None:
    answer = await office.client.get(f"/conversations?{query}", headers=office.administrator)
    assert (answer.status_code, answer.json()["rule"]) == (422, told)


@pytest.mark.parametrize(
    "text", ["'", "a' | b", "a & !b:*", "\\", "%", "_%", "a\x00b", "');DROP TABLE x;--", "joao:*A"]
)
async def test_bad_input_33_113_what_means_something_to_a_database_is_only_text(office: Office, text: str) -> None:
    office.customer_writes("nada disso")
    await office.service.shown()
    answer = await office.client.get("/conversations", params={"text": text}, headers=office.administrator)
    assert answer.status_code in {200, 400, 422}
    assert answer.status_code != 200 or answer.json()["items"] == []


@pytest.mark.parametrize("text", ["%ED%A0%80", "%FF%FE", "%C3"])
async def test_bad_input_32_34_half_a_character_finds_nothing_and_breaks_nothing(office: Office, text: str) -> None:
    answer = await office.client.get(f"/conversations?text={text}", headers=office.administrator)
    assert answer.status_code in {200, 400, 422}


async def test_bad_input_49_no_link_names_a_host_that_the_client_made_up(office: Office) -> None:
    for index in range(3):
        office.customer_writes(wa_id=f"1650555{index:04d}")
    await office.service.shown()
    headers = {**office.administrator, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = await office.client.get("/conversations?limit=1&state=open", headers=headers)
    assert "evil" not in answer.headers["link"]
    assert "state=open" in answer.headers["link"]


async def test_bad_input_84_another_organisation_in_the_query_is_ignored(office: Office) -> None:
    office.customer_writes()
    mine = await office.sees("/conversations")
    for name in ("organisation_id", "tenant_id"):
        assert (await office.sees(f"/conversations?{name}=0190f3a8-0000-7000-8000-000000000001"))["items"] == mine[
            "items"
        ]


async def test_bad_input_85_a_cursor_of_other_filters_or_a_changed_one_is_refused(office: Office) -> None:
    for index in range(3):
        office.customer_writes(wa_id=f"1650555{index:04d}")
    cursor = (await office.sees("/conversations?limit=1&text=ola"))["next_cursor"]
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for query in (
        f"text=joao&cursor={cursor}",
        f"cursor={cursor}",
        f"text=ola&cursor={changed}",
        "text=ola&cursor=x",
    ):
        answer = await office.client.get(f"/conversations?limit=1&{query}", headers=office.administrator)
        assert (answer.status_code, answer.json().get("rule")) == (400, "cursor_invalid"), query


async def test_an_edit_of_a_message_of_an_earlier_conversation_is_found_there(office: Office) -> None:
    office.customer_writes("primeiro", wamid="wamid.a")
    first = (await office.sees("/conversations"))["items"][0]["conversation_id"]
    await office.does("POST", f"/conversations/{first}/close")
    office.customer_writes("segundo", wamid="wamid.b")
    edit = {"original_message_id": "wamid.a", "message": {"type": "text", "text": {"body": "terceiro"}}}
    office.meta_tells(InboundType.MESSAGE, **{"from": "5511987654321"}, id="wamid.c", type="edit", edit=edit)
    for word, talks in (("primeiro", []), ("terceiro", [first])):
        found = (await office.sees(f"/conversations?text={word}"))["items"]
        assert [each["conversation_id"] for each in found] == talks


async def test_an_edited_message_is_found_by_its_new_words_and_a_revoked_one_by_none(office: Office) -> None:
    office.customer_writes("primeiro", wamid="wamid.a")
    office.customer_writes("segundo", wamid="wamid.b")
    edit = {"original_message_id": "wamid.a", "message": {"type": "text", "text": {"body": "terceiro"}}}
    office.meta_tells(InboundType.MESSAGE, **{"from": "5511987654321"}, id="wamid.c", type="edit", edit=edit)
    revoke = {"original_message_id": "wamid.b"}
    office.meta_tells(InboundType.MESSAGE, **{"from": "5511987654321"}, id="wamid.d", type="revoke", revoke=revoke)
    found = {
        word: len((await office.sees(f"/conversations?text={word}"))["items"])
        for word in ("primeiro", "segundo", "terceiro")
    }
    assert found == {"primeiro": 0, "segundo": 0, "terceiro": 1}
