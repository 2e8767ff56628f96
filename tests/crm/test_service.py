"""crm from its own build(), on a real database: what conversations tells becomes contacts that people work with."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from recado_chassis.service import Heard
from recado_events import conversations as told_by
from recado_events.crm import ContactCreated, ContactFieldsEdited, ContactNoteAdded, ContactOwnerChanged
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import CustomerId, PhoneNumberId, ProfileId

from tests.crm.office import NUMBER, Office
from tests.harness.on_database import token


async def test_s5_a_customer_is_shown_as_an_owned_contact_with_their_conversation(office: Office) -> None:
    office.customer("5511987654321")
    (shown,) = await office.listed()
    assert (shown["name"], shown["owner_id"], shown["fields"]) == ("João", str(office.agents[0]), {})
    assert shown["aliases"] == [{"kind": "wa_id", "value": "5511987654321"}]
    assert shown["superseded_by"] is None
    assert await office.sees(f"/contacts/{shown['contact_id']}") == shown
    (talk,) = (await office.sees(f"/contacts/{shown['contact_id']}/conversations"))["items"]
    assert (talk["phone_number_id"], talk["assignee"], talk["state"]) == (NUMBER, str(office.agents[0]), "open")


async def test_a_command_is_seen_by_a_read_that_names_its_position(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    for number in range(20):
        answer = await office.does("PATCH", f"/contacts/{contact}", {"city": f"Recife {number}"}, office.agent())
        at = answer.headers["Recado-Position"]
        shown = await office.client.get(f"/contacts/{contact}?min_position={at}", headers=office.agent(1))
        assert shown.json()["fields"] == {"city": f"Recife {number}"}


async def test_s25_fields_owner_and_notes_with_the_history_of_who_changed_what(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    path = f"/contacts/{contact}"
    message = uuid4()
    edit = await office.does("PATCH", path, {"email": "joao@example.com", "birthday": "1990-02-28"}, office.agent(1))
    assert edit.json() == {"contact_id": str(contact), "fields": ["birthday", "email"]}
    await office.does("PUT", f"{path}/owner", {"user_id": str(office.agents[1])})
    noted = await office.does("POST", f"{path}/notes", {"text": "Ligou às 9h", "message_id": str(message)})
    assert noted.status_code == 201
    shown = await office.sees(path)
    assert shown["fields"] == {"birthday": "1990-02-28", "email": "joao@example.com"}
    assert shown["owner_id"] == str(office.agents[1])
    (note,) = (await office.sees(f"{path}/notes"))["items"]
    assert note["note_id"] == noted.json()["note_id"]
    assert (note["text"], note["message_id"], note["added_by"]) == (
        "Ligou às 9h",
        str(message),
        str(office.administrator_id),
    )
    lines = (await office.sees(f"{path}/history"))["items"]
    assert [line["what"] for line in lines] == [
        "contact-note-added",
        "contact-owner-changed",
        "contact-fields-edited",
        "contact-owner-changed",
        "contact-conversation-assigned",
        "contact-conversation-started",
        "contact-linked",
        "contact-created",
    ]
    note_line, owner_line, edit_line, *_ = lines
    assert note_line["details"] == {"note_id": note["note_id"], "message_id": str(message)}
    assert owner_line["by"] == str(office.administrator_id)
    assert owner_line["details"]["previous_id"] == str(office.agents[0])
    assert edit_line["by"] == str(office.agents[1])
    assert {edit["field"]: (edit["before"], edit["after"]) for edit in edit_line["changed"]} == {
        "email": (None, "joao@example.com"),
        "birthday": (None, "1990-02-28"),
    }


async def test_rule_12_a_changed_owner_names_the_customers_it_concerns(office: Office) -> None:
    customer = office.customer()
    contact = await office.contact()
    await office.does("PUT", f"/contacts/{contact}/owner", {"user_id": str(office.agents[1])}, office.agent(0))
    changed = office.service.facts(ContactOwnerChanged)[-1]
    assert [link.customer_id for link in changed.links] == [customer]
    assert (changed.owner_id, changed.changed_by) == (office.agents[1], office.agents[0])


async def test_the_same_idempotency_key_has_one_effect_and_one_answer(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    calls: list[tuple[str, str, Any, Any]] = [
        ("PATCH", "", {"city": "Recife"}, {"city": "Olinda"}),
        ("PUT", "/owner", {"user_id": str(office.agents[1])}, {"user_id": str(office.agents[0])}),
        ("POST", "/notes", {"text": "called"}, {"text": "called twice"}),
    ]
    for index, (method, at, body, changed) in enumerate(calls):
        path, key = f"/contacts/{contact}{at}", f"k{index}"
        first = await office.does(method, path, body, key=key)
        again = await office.does(method, path, body, key=key)
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert first.headers["Recado-Position"] == again.headers["Recado-Position"]
        other = await office.asks(method, path, changed, key=key)
        assert (other.status_code, other.json()["rule"]) == (422, "idempotency_key_reused")
    assert len(office.service.facts(ContactFieldsEdited)) == len(office.service.facts(ContactNoteAdded)) == 1


async def test_a_contact_given_away_by_its_owner_answers_a_repeated_command(office: Office) -> None:
    office.granted("view_reply", "own")
    office.customer()
    contact = await office.contact()
    path, body = f"/contacts/{contact}/owner", {"user_id": str(office.agents[1])}
    first = await office.does("PUT", path, body, office.agent(0), key="give")
    assert (await office.does("PUT", path, body, office.agent(0), key="give")).json() == first.json()
    assert (await office.asks("PUT", path, body, office.agent(0))).status_code == 404


BAD_BODIES: list[tuple[str, str, Any]] = [
    ("PATCH", "", {"owner_id": str(uuid4())}),
    ("PATCH", "", {"name": 7}),
    ("PATCH", "", {"name": ""}),
    ("PATCH", "", {"name": "canary" * 100}),
    ("PATCH", "", {"email": "canary"}),
    ("PATCH", "", {"birthday": "1990-02-30"}),
    ("PATCH", "", {"birthday": "canary"}),
    ("PATCH", "", {"birthday": 19900228}),
    ("PATCH", "", {"language": "canary"}),
    ("PATCH", "", {"canary": "canary"}),
    ("PATCH", "", ["canary"]),
    ("PATCH", "", None),
    ("PUT", "/owner", {"user_id": "canary"}),
    ("PUT", "/owner", {"user_id": None}),
    ("PUT", "/owner", {}),
    ("PUT", "/owner", {"user_id": str(uuid4())}),
    ("POST", "/notes", {"text": ""}),
    ("POST", "/notes", {"text": "canary" * 2_000}),
    ("POST", "/notes", {"text": "canary", "message_id": "canary"}),
    ("POST", "/notes", {"text": "canary", "added_by": str(uuid4())}),
]


async def test_bad_input_73_103_bad_bodies_change_nothing_and_are_not_echoed(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    end = office.service.store.end()
    for method, path, body in BAD_BODIES:
        answer = await office.asks(method, f"/contacts/{contact}{path}", body)
        assert answer.status_code == 422, (method, path, body)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "canary" not in answer.text.replace('"pointer":"#/canary"', ""), (method, path, body)
    assert office.service.store.end() == end


async def test_bad_input_33_nul_over_http_is_refused_before_anything_is_read(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    for method, path, body in (("PATCH", "", {"name": "a\x00b"}), ("POST", "/notes", {"text": "\x00"})):
        assert (await office.asks(method, f"/contacts/{contact}{path}", body)).status_code == 400
    assert (await office.client.get("/contacts?search=%00", headers=office.administrator)).status_code == 400


async def test_bad_input_83_another_organisations_contact_is_as_if_it_did_not_exist(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    stranger = token("administrator", uuid4())
    assert await office.listed(stranger) == []
    for path in ("", "/notes", "/history", "/conversations"):
        theirs = await office.client.get(f"/contacts/{contact}{path}", headers=stranger)
        nobodys = await office.client.get(f"/contacts/{uuid4()}{path}", headers=stranger)
        assert (theirs.status_code, theirs.json()) == (404, nobodys.json())
    owner = {"user_id": str(office.agents[0])}
    for method, path, body in (
        ("PATCH", "", {"name": "x"}),
        ("PUT", "/owner", owner),
        ("POST", "/notes", {"text": "x"}),
    ):
        theirs = await office.asks(method, f"/contacts/{contact}{path}", body, stranger)
        nobodys = await office.asks(method, f"/contacts/{uuid4()}{path}", body, stranger)
        assert (theirs.status_code, theirs.json()) == (404, nobodys.json())


async def test_rule_15_every_question_respects_the_scope_own(office: Office) -> None:
    office.customer("16505550001", name="Ana", owner=office.agents[0])
    office.customer("16505550002", name="Bia", owner=office.agents[1])
    office.granted("view_only", "own")
    assert {contact["name"] for contact in await office.listed(office.agent(0))} == {"Ana"}
    assert await office.found("Bia", office.agent(0)) == set()
    assert await office.found("16505550002", office.agent(0)) == set()
    assert await office.listed(office.agent(0), owner_id=str(office.agents[1])) == []
    (bia,) = await office.listed(search="Bia")
    for path in ("", "/notes", "/history", "/conversations"):
        answer = await office.client.get(f"/contacts/{bia['contact_id']}{path}", headers=office.agent(0))
        assert answer.status_code == 404
    (ana,) = await office.listed(search="Ana")
    refused = await office.asks("PATCH", f"/contacts/{ana['contact_id']}", {"name": "x"}, office.agent(0))
    assert (refused.status_code, refused.json()["rule"]) == (403, "view_only")


async def test_rule_15_who_was_granted_nothing_sees_nothing(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    outsider = token("member", office.organisation, uuid4(), uuid4())
    for path in ("/contacts", f"/contacts/{contact}", f"/contacts/{contact}/history"):
        assert (await office.client.get(path, headers=outsider)).status_code == 403


async def test_bad_input_92_a_deactivated_agent_is_refused_at_once(office: Office) -> None:
    assert await office.listed(office.agent(0)) == []
    office.active(office.agents[0], active=False)
    assert (await office.client.get("/contacts", headers=office.agent(0))).status_code == 401
    office.active(office.agents[0])
    assert await office.listed(office.agent(0)) == []


async def test_bad_input_100_an_administrator_who_became_a_member_is_one_at_once(office: Office) -> None:
    office.granted("view_reply", "own")
    office.customer("5511987650001", owner=office.agents[0])
    assert len(await office.listed(office.administrator)) == 1
    office.role(office.administrator_id, "member")
    office.active(office.administrator_id)
    assert await office.listed(office.administrator) == []
    office.role(office.administrator_id, "administrator")
    assert len(await office.listed(office.administrator)) == 1


async def test_bad_input_100_a_profile_changed_after_the_token_was_issued_is_honoured_at_once(office: Office) -> None:
    office.customer()
    path = f"/contacts/{await office.contact()}"
    office.role(office.agents[0], "member", ProfileId(uuid4()))
    refused = await office.asks("PATCH", path, {"city": "Recife"}, office.agent(0))
    assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission")
    office.role(office.agents[0], "member")
    await office.does("PATCH", path, {"city": "Recife"}, office.agent(0))


async def test_customers_found_to_be_one_person_are_shown_as_one_contact(office: Office) -> None:
    survivor = office.customer(Alias(kind="user_id", value="BR.1"), name="João")
    merged = office.customer("5511987654321", name="João B.", owner=office.agents[1])
    office.hears(told_by.CustomersMerged(**office.place(survivor), merged_id=merged, merged_at=datetime.now(UTC)))
    kept, left = sorted(await office.listed(), key=lambda contact: contact["superseded_by"] or "")
    assert left["superseded_by"] == kept["contact_id"]
    assert [alias["kind"] for alias in kept["aliases"]] == ["user_id", "wa_id"]
    (line, *_) = (await office.sees(f"/contacts/{left['contact_id']}/history"))["items"]
    assert (line["what"], line["details"]) == ("contact-superseded", {"survivor_id": kept["contact_id"]})
    assert len((await office.sees(f"/contacts/{left['contact_id']}/conversations"))["items"]) == 1


async def test_rule_5_the_same_person_at_thirty_numbers_at_once_is_one_contact(office: Office) -> None:
    def met(index: int) -> None:
        place = office.place(CustomerId(uuid4()), PhoneNumberId(f"1065403522429{index}"))
        identity = told_by.Identity(aliases=(Alias(kind="wa_id", value="5511987654321"),), profile_name="João")
        event = told_by.CustomerIdentified(**place, identified_at=datetime.now(UTC), personal=identity)
        heard = Heard("topic", 0, 0, event.TYPE, event.subject, event, Cause("story"), None)
        reaction = office.service.service.hears[0].reactions[event.TYPE]
        office.service.service.streams.transact(lambda work: reaction.handle(work, heard), attempts=50)

    threads = [Thread(target=met, args=[index]) for index in range(10, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.service.facts(ContactCreated)) == 1
    assert await office.contact() == UUID(str(office.service.facts(ContactCreated)[0].contact_id))
