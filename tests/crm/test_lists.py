"""Lists of contacts: search by parts of names, numbers and addresses, in pages, in the order of names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from crm.adapters.postgres.reading import numbers
from crm.views.folding import folded
from recado_chassis.following.rebuild import digest, rebuild
from recado_events import conversations as told_by
from recado_events.identity import Alias

from tests.crm.office import Office
from tests.harness.on_database import ServiceOnDatabase

LIGATURE = "\ufdfa"
"""One letter that is eighteen when folded."""


@pytest.fixture
async def people(office: Office) -> Office:
    office.customer("5511987654321", name="João Antônio")
    office.customer("551187650000", name="MARIA")
    office.customer("16505551234", name="100% Loja_24")
    office.customer(Alias(kind="user_id", value="BR.98765432111111"), name="Straße")
    office.customer("12195555358", name=None)
    return office


SEARCHES: dict[str, set[str | None]] = {
    "joao": {"João Antônio"},
    "JOÃO": {"João Antônio"},
    "antonio": {"João Antônio"},
    " maria ": {"MARIA"},
    "strasse": {"Straße"},
    "98765": {"João Antônio"},
    "+55 (11) 98765-4321": {"João Antônio"},
    "551187654321": {"João Antônio"},
    "5511987650000": {"MARIA"},
    "0000": {"MARIA"},
    "00%": {"100% Loja_24"},
    "ja_": {"100% Loja_24"},
    "0_%": set(),
    "m": {"MARIA"},
    "an": {"João Antônio"},
    "ia": set(),
    "\\": set(),
    "a_i": set(),
    "'; DROP TABLE view_contacts.contacts; --": set(),
    "nobody": set(),
}


async def test_search_finds_parts_of_names_and_numbers_and_takes_wildcards_literally(people: Office) -> None:
    assert {search: await people.found(search) for search in SEARCHES} == SEARCHES


async def test_whatever_part_of_a_text_is_searched_what_brute_force_finds_is_found(people: Office) -> None:
    """Parts of one to five characters, within a line and over the end of one; and letters that nobody has. Less than
    three are the beginning of a word."""
    people.customer(Alias(kind="user_id", value="BR.2"), name="Maria João", username="@jo.ma")
    shown = {contact["name"]: [contact["name"] or "", *_searched(contact)] for contact in await people.listed()}
    lines = {name: [folded(line) for line in (told[0].strip(), *told[1:])] for name, told in shown.items()}
    whole = "/".join(line for told in lines.values() for line in told)
    parts = {whole[at : at + size] for size in (1, 2, 3, 5) for at in range(0, len(whole), 2)} | {"zq", "zqx"}
    for part in (each for each in parts if each == each.strip() and not numbers(each)):
        looked_for = part if len(part) > 2 else f" {part}"
        named = {name for name, told in lines.items() if any(looked_for in f" {line}" for line in told)}
        assert await people.found(part) == named, part


def _searched(contact: dict[str, Any]) -> list[str]:
    told = {"wa_id": "", "variant": "", "username": "@"}
    aliases = [each for each in contact["aliases"] if each["kind"] in told]
    return [told[each["kind"]] + each["value"].removeprefix("@") for each in aliases]


async def test_search_finds_parts_of_addresses_as_they_are_now(people: Office) -> None:
    (maria,) = await people.listed(search="maria")
    path = f"/contacts/{maria['contact_id']}"
    await people.does("PATCH", path, {"email": "Maria.Silva@Exämple.com"})
    assert await people.found("maria.silva@ex") == await people.found("example.com") == {"MARIA"}
    await people.does("PATCH", path, {"email": None, "name": "Dona Maria"})
    assert await people.found("example.com") == set()
    assert await people.found("dona") == {"Dona Maria"}


async def test_rule_10_a_username_is_shown_with_the_aliases_and_found_by_search_as_it_was_told_last(
    office: Office,
) -> None:
    customer = office.customer("5511987654321", name="Ana", username="@Ána.Lima")
    office.customer(Alias(kind="user_id", value="BR.1"), name=None, username="bia")
    assert await office.found("ana.l") == await office.found("@ana.lima") == {"Ana"}
    assert await office.found("@bia") == {None}
    assert await office.found("@") == {"Ana", None}
    assert await office.found("@lima") == set()
    (ana,) = await office.listed(search="ana.lima")
    assert ana["aliases"] == [
        {"kind": "wa_id", "value": "5511987654321"},
        {"kind": "username", "value": "@Ána.Lima"},
    ]
    renamed: Any = {**office.place(customer), "renamed_at": datetime.now(UTC)}
    office.hears(told_by.CustomerRenamed(**renamed, personal=told_by.Identity(aliases=(), username="ana")))
    assert await office.found("lima") == set()
    (now,) = await office.listed(search="@ana")
    assert [each["value"] for each in now["aliases"]] == ["5511987654321", "ana"]


async def test_rule_10_rule_13_usernames_go_with_their_customers_to_a_contact_that_stays_and_back(
    office: Office,
) -> None:
    office.customer("16505550001", name="Ana", username="ana")
    office.customer("16505550002", name="Bia", username="bia")
    kept, left = [(await office.listed(search=name))[0]["contact_id"] for name in ("@ana", "@bia")]

    async def named() -> list[list[str]]:
        shown = [(await office.sees(f"/contacts/{each}"))["aliases"] for each in (kept, left)]
        return [[each["value"] for each in aliases if each["kind"] == "username"] for aliases in shown]

    await office.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    assert await named() == [["ana", "bia"], []]
    assert await office.found("@bia") == {"Ana"}
    await office.does("POST", f"/contacts/{left}/unmerge")
    assert await named() == [["ana"], ["bia"]]


async def test_pages_come_in_the_order_of_folded_names_without_loss_or_repeat(people: Office) -> None:
    for name in ("ábaco", "Abade", "zebra", "abaco"):
        people.customer(f"1650555{len(name)}{ord(name[0])}", name=name)
    whole = [contact["name"] for contact in await people.listed()]
    assert whole == [None, "100% Loja_24", *whole[2:4], "Abade", "João Antônio", "MARIA", "Straße", "zebra"]
    assert set(whole[2:4]) == {"abaco", "ábaco"}
    assert await _paged(people, limit="2") == whole
    assert await _paged(people, limit="3", search="a") == [*whole[2:4], "Abade", "João Antônio"]
    assert await _paged(people, limit="3", search="aba") == [*whole[2:4], "Abade"]


async def _paged(office: Office, **query: str) -> list[str | None]:
    seen: list[str | None] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await office.sees("/contacts", query={**query, **({"cursor": cursor} if cursor else {})})
        assert len(page["items"]) <= int(query["limit"])
        seen += [contact["name"] for contact in page["items"]]
        cursor = page["next_cursor"]
    return seen


async def test_notes_and_history_come_in_pages_newest_first(office: Office) -> None:
    office.customer()
    path = f"/contacts/{await office.contact()}"
    for number in range(5):
        await office.does("POST", f"{path}/notes", {"text": f"note {number}"})
    first = await office.sees(f"{path}/notes", query={"limit": "3"})
    rest = await office.sees(f"{path}/notes", query={"limit": "3", "cursor": first["next_cursor"]})
    assert [note["text"] for page in (first, rest) for note in page["items"]] == [f"note {n}" for n in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] is None
    lines = await office.sees(f"{path}/history", query={"limit": "6"})
    older = await office.sees(f"{path}/history", query={"limit": "6", "cursor": lines["next_cursor"]})
    positions = [line["position"] for page in (lines, older) for line in page["items"]]
    assert positions == sorted(positions, reverse=True)
    assert len(positions) == 10


async def test_bad_input_85_a_cursor_of_another_search_is_refused(people: Office) -> None:
    cursor = (await people.sees("/contacts?limit=1"))["next_cursor"]
    for query in ({"search": "a"}, {"owner_id": str(people.agents[0])}):
        answer = await people.client.get(
            "/contacts", params={**query, "limit": "1", "cursor": cursor}, headers=people.administrator
        )
        assert (answer.status_code, answer.json()["rule"]) == (400, "cursor_invalid")


STRANGE_NAMES = [
    "a\x00b",
    "\x00",
    "x" * 20_000,
    LIGATURE * 5_000,
    "\u202eevil",
    "🦜" * 400,
    "'; DROP TABLE contacts; --",
]


@pytest.mark.parametrize("name", STRANGE_NAMES, ids=range(len(STRANGE_NAMES)))
async def test_bad_input_33_37_38_any_name_a_customer_chooses_is_kept_shown_and_paged(
    office: Office, name: str
) -> None:
    customer = office.customer("5511987654321", Alias(kind="user_id", value="\x00" * 9_000), name="before")
    office.customer("16505551234", name=name)
    renamed = told_by.Identity(aliases=(), profile_name=name)
    office.hears(
        told_by.CustomerRenamed(**office.place(customer), renamed_at=datetime.now(UTC), personal=renamed),
        told_by.CustomerAliasesAdded(
            **office.place(customer),
            reason="seen",
            added_at=datetime.now(UTC),
            personal=told_by.Identity(aliases=(Alias(kind="wa_id", value="5" * 20_000), Alias(kind="?", value="\x00"))),
        ),
    )
    assert [contact["name"] for contact in await office.listed()] == [name, name]
    assert await _paged(office, limit="1") == [name, name]
    (renamed_one,) = await office.listed(search="5511987654321")
    lines: list[Any] = (await office.sees(f"/contacts/{renamed_one['contact_id']}/history"))["items"]
    edits = [edit for line in lines for edit in line["changed"]]
    assert edits == [{"field": "name", "before": "before", "after": name}]


async def test_d1_invariant_15_a_rebuild_changes_nothing(people: Office, service: ServiceOnDatabase) -> None:
    first = (await people.listed())[0]
    path = f"/contacts/{first['contact_id']}"
    await people.does("PATCH", path, {"name": "Ana", "company": "ACME", "email": "ana@example.com"})
    await people.does("PATCH", path, {"email": None})
    await people.does("POST", f"{path}/notes", {"text": "once"})
    await people.does("PUT", f"{path}/owner", {"user_id": str(people.agents[1])})
    survivor, merged = people.customer("1650555990"), people.customer("1650555991")
    people.hears(told_by.CustomersMerged(**people.place(survivor), merged_id=merged, merged_at=datetime.now(UTC)))
    await service.shown()
    for projection in service.service.shows:
        before = digest(service.dsn, projection)
        rebuild(service.dsn, projection, service.service.streams.mapper)
        assert digest(service.dsn, projection) == before
    assert len(await people.listed()) == 7
