"""Contacts by hand and as CSV, in and out; duplicates. Nothing is lost, every bad row is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from crm.domain.private import ContactsExported
from recado_chassis.withheld import AccessRefused
from recado_events import conversations as told_by
from recado_events.crm import ContactCreated, ContactFieldsEdited
from recado_events.identity import Alias

from tests.crm.office import Office

COLUMNS = ["name", "phone", "email", "birthday", "custom_vip", None]
FILE = """\
Ana,+55 11 98765-0001,ana@example.com,1990-02-28,true,x
"Bia ""B"" Prado,
of Recife",+55 11 98765-0002,,,,
Caio,11 98765-0003,,,,
Duda,+55 11 98765-0004,nobody,,,
Eva,+55 11 98765-0005,,1990-02-30,,
Fabio,+55 11 98765-0006,,,perhaps,
Gil,+55 11 98765-0007
,,,1990-01-01,,
Ana Prado,+5511987650001,,,false,
Ana Prado,+55 (11) 98765-0001,,,FALSE,
"""


async def started(office: Office, columns: list[str | None] | None = None) -> str:
    await office.asks("POST", "/contact-fields", {"field": "custom_vip", "label": "VIP", "value_type": "boolean"})
    return f"/imports/{await office.made('/imports', {'columns': columns or COLUMNS}, 'import_id')}"


async def test_every_row_is_counted_once_and_every_bad_one_named(office: Office) -> None:
    path = await started(office)
    taken = (await office.does("PUT", f"{path}/parts/1", {"csv": FILE})).json()
    assert {name: taken[name] for name in ("rows", "created", "changed", "unchanged", "rejected")} == {
        "rows": 10, "created": 2, "changed": 1, "unchanged": 1, "rejected": 6,
    }  # fmt: skip
    rejected = (await office.sees(f"{path}/rejected"))["items"]
    assert [(row["row"], row["column"], row["rule"]) for row in rejected] == [
        (3, "phone", "invalid_field"),
        (4, "email", "invalid_field"),
        (5, "birthday", "invalid_field"),
        (6, "custom_vip", "invalid_field"),
        (7, "", "wrong_number_of_columns"),
        (8, "", "nothing_known"),
    ]
    assert {each["name"] for each in await office.listed()} == {"Ana Prado", 'Bia "B" Prado,\nof Recife'}
    (ana,) = await office.listed(search="Ana")
    assert ana["fields"] == {"birthday": "1990-02-28", "custom_vip": False, "email": "ana@example.com"}
    assert {fact.origin for fact in office.service.facts(ContactCreated)} == {"import"}


async def test_a_file_imported_again_changes_nothing_also_where_its_numbers_are_spellings_of_known_ones(
    office: Office,
) -> None:
    office.customer("551187654321", name="Rita")
    rows = "Rita,+55 11 98765-4321\nBia,+54 9 11 2345-6789\nCaio,+54 11 2345-6789\n"
    for created, unchanged in ((3, 0), (0, 3)):
        path = await started(office, ["name", "phone"])
        taken = (await office.does("PUT", f"{path}/parts/1", {"csv": rows})).json()
        assert (taken["created"], taken["unchanged"]) == (created, unchanged)


async def test_a_part_is_taken_once_and_in_its_order(office: Office) -> None:
    path = await started(office, ["name"])
    early = await office.asks("PUT", f"{path}/parts/2", {"csv": "Bia"})
    assert (early.status_code, early.json()["rule"], early.json()["next"]) == (409, "import_part_out_of_order", 1)
    first = await office.does("PUT", f"{path}/parts/1", {"csv": "Ana"})
    again = await office.does("PUT", f"{path}/parts/1", {"csv": "Ana"})
    assert first.json() == again.json()
    await office.does("PUT", f"{path}/parts/2", {"csv": "Bia\nCaio\n"})
    assert (await office.does("POST", f"{path}/finish")).json()["rows"] == 3
    late = await office.asks("PUT", f"{path}/parts/3", {"csv": "Duda"})
    assert (late.status_code, late.json()["rule"]) == (409, "import_finished")
    shown = await office.sees(path)
    assert (shown["state"], shown["created"], shown["parts"]) == ("finished", 3, 2)
    assert len(await office.listed()) == 3


async def test_what_is_no_csv_or_has_too_many_rows_is_refused_whole(office: Office) -> None:
    path = await started(office, ["name"])
    for text, rule in (('"canary', "malformed_csv"), ("canary\n" * 501, "too_many_rows")):
        refused = await office.asks("PUT", f"{path}/parts/1", {"csv": text})
        assert (refused.status_code, refused.json()["rule"]) == (422, rule)
        assert "canary" not in refused.text
    for columns in (["name", "name"], ["nonsense"], [None], [], ["custom_unknown"]):
        assert (await office.asks("POST", "/imports", {"columns": columns})).status_code == 422
    assert await office.listed() == []


async def test_an_import_that_takes_a_thousand_rows_in_batches_loses_none(office: Office) -> None:
    path = await started(office, ["name", "phone"])
    for part in (1, 2):
        rows = "\n".join(f"Person {part} {row},+1650{part + 1}{row:06d}" for row in range(500))
        await office.does("PUT", f"{path}/parts/{part}", {"csv": rows})
    assert (await office.sees(path))["created"] == len(office.service.facts(ContactCreated)) == 1_000


async def test_what_is_exported_can_be_imported_again_and_changes_nothing(office: Office) -> None:
    await office.does("POST", "/contacts", {"name": "=1+1", "phone": "+55 11 98765-0001", "city": '-"x", y'})
    await office.does("POST", "/contacts", {"name": "'José", "email": "jose@example.com", "phone": "+16505550001"})
    await office.does("POST", "/contacts", {"name": "'=1+1", "city": "''-x", "job_title": "'"})
    office.customer(Alias(kind="user_id", value="BR.1"), name="known by no number")
    office.customer("1555123456", name="a number that nobody could type")
    await office.service.shown()
    exported = await office.does("GET", "/contacts.csv")
    assert exported.headers["content-type"].startswith("text/csv")
    header, rest = exported.text.split("\r\n", 1)
    assert "'=1+1" in rest
    assert not any(line.startswith(("=", "+", "-", "@")) for line in rest.splitlines())
    edits = len(office.service.facts(ContactFieldsEdited))
    path = await started(office, list(header.split(",")))
    taken = (await office.does("PUT", f"{path}/parts/1", {"csv": rest})).json()
    assert (taken["rows"], taken["unchanged"]) == (5, 5)
    assert len(office.service.facts(ContactFieldsEdited)) == edits


async def test_rule_11_the_number_that_is_exported_is_the_one_that_was_learned_last(office: Office) -> None:
    customer = office.customer("5511999990000", name="Ana")
    moved = told_by.Identity(aliases=(Alias(kind="wa_id", value="5511911110000"),))
    added: Any = {**office.place(customer), "added_at": datetime.now(UTC), "personal": moved}
    office.hears(told_by.CustomerAliasesAdded(**added, reason="user_changed_number"))
    await office.service.shown()
    header, row = (await office.does("GET", "/contacts.csv")).text.split("\r\n")[:2]
    shown = dict(zip(header.split(","), row.split(","), strict=True))
    assert (shown["phone"], shown["other_phones"]) == ("'+5511911110000", "'+5511999990000")
    assert shown["contact_id"] == str(await office.contact())


async def test_a_row_that_names_its_contact_changes_that_one_and_nobody_elses(office: Office) -> None:
    office.customer("5511999990000", name="Ana")
    contact, stranger = await office.contact(), uuid4()
    path = await started(office, ["contact_id", "phone", "city"])
    rows = f"{contact},+5511999990000,Recife\n{contact},+5511911110000,x\n{stranger},,x\nno-id,,x\n{contact},,Olinda"
    taken = (await office.does("PUT", f"{path}/parts/1", {"csv": rows})).json()
    assert (taken["created"], taken["changed"], taken["rejected"]) == (0, 2, 3)
    rejected = (await office.sees(f"{path}/rejected"))["items"]
    assert [(row["row"], row["column"], row["rule"]) for row in rejected] == [
        (2, "phone", "other_number"),
        (3, "contact_id", "not_found"),
        (4, "contact_id", "invalid_field"),
    ]
    (ana,) = await office.listed()
    assert ana["fields"]["city"] == "Olinda"


async def test_a_bad_row_is_named_by_its_place_in_the_file_also_after_blank_lines(office: Office) -> None:
    path = await started(office, ["name", "phone"])
    taken = (await office.does("PUT", f"{path}/parts/1", {"csv": "Bia,\n\n\nCaio,none\n"})).json()
    assert (taken["rows"], taken["created"], taken["unchanged"], taken["rejected"]) == (4, 1, 2, 1)
    await office.does("PUT", f"{path}/parts/2", {"csv": "\nDuda,none"})
    assert [row["row"] for row in (await office.sees(f"{path}/rejected"))["items"]] == [4, 6]


async def test_a_number_is_read_as_people_write_it_and_one_that_cannot_be_is_refused(office: Office) -> None:
    await office.does("POST", "/contacts", {"name": "Rita", "phone": "+44 (0)20 7946 0018"})
    office.customer("442079460018", name="Rita C.")
    assert len(await office.listed()) == 1
    for phone in ("+0 000000", "+999 1234567", "+55 11 1234567"):
        refused = await office.asks("POST", "/contacts", {"name": "x", "phone": phone})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/phone")
        assert phone not in refused.text
    path = await started(office, ["name", "phone"])
    taken = (await office.does("PUT", f"{path}/parts/1", {"csv": "Rita,+44 20 7946 0018\nx,+0 000000"})).json()
    assert (taken["unchanged"], taken["rejected"]) == (1, 1)


async def test_bad_input_82_90_imports_and_exports_are_for_administrators_and_refusals_are_recorded(
    office: Office,
) -> None:
    path = await started(office)
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/imports", {"columns": ["name"]}),
        ("PUT", f"{path}/parts/1", {"csv": FILE}),
        ("POST", f"{path}/finish", None),
        ("GET", path, None),
        ("GET", f"{path}/rejected", None),
        ("GET", "/contacts.csv", None),
    ]
    for method, at, body in calls:
        assert (await office.asks(method, at, body, office.agent(0))).status_code == 403, at
    (refused,) = office.service.facts(AccessRefused)
    assert (refused.asked_by, refused.asked_for) == (office.agents[0], "GET /contacts.csv")
    await office.does("GET", "/contacts.csv")
    (exported,) = office.service.facts(ContactsExported)
    assert exported.exported_by == office.administrator_id
    for _ in range(3):
        assert (await office.asks("GET", "/contacts.csv", None, office.agent(0))).status_code == 403
    assert len(office.service.facts(AccessRefused)) == 1
    assert office.service.facts(ContactCreated) == []


async def test_a_contact_made_by_hand_is_its_makers_and_met_when_it_writes(office: Office) -> None:
    made = await office.made(
        "/contacts", {"name": "Rita", "phone": "+55 (11) 98765-4321"}, "contact_id", office.agent(1)
    )
    again = await office.asks("POST", "/contacts", {"name": "Rita", "phone": "+5511987654321"})
    assert (again.status_code, again.json()["rule"]) == (409, "number_known")
    office.customer("551187654321", name="Rita C.")
    (shown,) = await office.listed()
    assert (shown["contact_id"], shown["owner_id"]) == (made, str(office.agents[1]))
    assert shown["name"] == "Rita"
    for body in ({}, {"city": "Recife"}, {"name": "x", "phone": "11 98765-4321"}, {"name": "x", "phone": "+"}):
        assert (await office.asks("POST", "/contacts", body)).status_code == 422


async def test_duplicates_are_suggested_by_spellings_of_a_number_and_by_address_until_they_are_merged(
    office: Office,
) -> None:
    pairs = [
        ("+55 11 98765-4321", "+55 11 8765-4321"),
        ("+54 9 11 2345-6789", "+54 11 2345-6789"),
        ("+52 1 55 1234 5678", "+52 55 1234 5678"),
    ]
    expected = set()
    for pair in pairs:
        ids = sorted([await office.made("/contacts", {"phone": phone, "name": phone}, "contact_id") for phone in pair])
        expected.add((*ids, "number"))
    same = [await office.made("/contacts", {"email": each}, "contact_id") for each in ("a@B.com", "A@b.com", "c@d.com")]
    expected.add((*sorted(same[:2]), "email"))
    shown = (await office.sees("/duplicates"))["items"]
    assert {(each["contact_id"], each["duplicate_id"], each["why"]) for each in shown} == expected
    assert len((await office.sees(f"/contacts/{same[0]}/duplicates"))["items"]) == 1
    assert (await office.sees(f"/contacts/{same[2]}/duplicates"))["items"] == []
    await office.does("POST", f"/contacts/{same[0]}/merge", {"merged_id": same[1]})
    assert len((await office.sees("/duplicates"))["items"]) == 3
    office.granted("view_reply", "own")
    assert (await office.sees("/duplicates", office.agent(0)))["items"] == []
