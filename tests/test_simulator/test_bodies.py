"""The builders make one well-formed body of every kind the contract names."""

import base64
from collections import Counter

import pytest

from tests.simulator.bodies import PEOPLE, Line, Person, Wamids, every_kind, merged, message_body, status
from tests.simulator.bodies.contents import text
from tests.simulator.identifiers import is_wamid, wamid
from tests.simulator.signing import JsonObject, meta_json

FIELDS = {
    "messages", "message_template_status_update", "message_template_quality_update",
    "message_template_components_update", "template_category_update", "account_alerts", "account_review_update",
    "account_update", "business_capability_update",
    "phone_number_name_update", "phone_number_quality_update", "security", "user_preferences", "history",
    "smb_app_state_sync", "smb_message_echoes", "calls", "flows", "automatic_events", "payment_configuration_update",
    "partner_solutions", "group_lifecycle_update", "group_participants_update", "group_settings_update",
    "group_status_update", "business_username_updates", "standby", "messaging_handovers",
}  # fmt: skip
TYPES = {
    "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "interactive", "button",
    "reaction", "order", "system", "unsupported", "edit", "revoke", "request_welcome",
}  # fmt: skip
EVERY_KIND = every_kind()


def _changes(body: JsonObject) -> list[JsonObject]:
    return [change for entry in body["entry"] for change in entry["changes"]]


@pytest.mark.parametrize("name", EVERY_KIND)
def test_each_body_is_an_envelope_that_meta_could_have_written(name: str) -> None:
    body = EVERY_KIND[name]
    assert body["object"] == "whatsapp_business_account"
    assert all(entry["id"].isdigit() and entry["changes"] for entry in body["entry"])
    assert meta_json(body).isascii()
    for change in _changes(body):
        assert isinstance(change["value"], dict)
        for message in change["value"].get("messages", []):
            assert is_wamid(message["id"])
            assert message["timestamp"].isdigit()
            assert message["type"] in message or message["type"] in {"unsupported", "request_welcome"}


def test_every_field_and_every_inbound_type_has_a_body() -> None:
    changes = [change for body in EVERY_KIND.values() for change in _changes(body)]
    types = {message["type"] for change in changes for message in change["value"].get("messages", [])}
    statuses = {one["status"] for change in changes for one in change["value"].get("statuses", [])}
    assert {change["field"] for change in changes} >= FIELDS
    assert types >= TYPES
    assert {"sent", "delivered", "read", "played", "failed"} <= statuses


def test_account_fields_carry_the_entrys_time_and_messages_do_not() -> None:
    assert "time" not in EVERY_KIND["messages-text"]["entry"][0]
    assert isinstance(EVERY_KIND["template-approved"]["entry"][0]["time"], int)


def test_wamids_of_inbound_messages_are_unique_across_calls() -> None:
    bodies = [*every_kind().values(), *every_kind(start=100_000).values()]
    values = [change["value"] for body in bodies for change in _changes(body)]
    ids = Counter(message["id"] for value in values for message in value.get("messages", []))
    assert max(ids.values()) == 1


def test_a_wamid_holds_the_other_party_as_metas_does() -> None:
    assert b"5511987650001" in base64.b64decode(wamid("5511987650001", "3A" + "0" * 18)[6:])
    assert is_wamid("wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=")
    assert not is_wamid("wamid.short")
    assert not is_wamid("HBgLMTY1MDM4Nzk0MzkVAgASGBQz")


def test_a_person_without_a_phone_is_named_by_user_id_alone() -> None:
    nobody = next(person for person in PEOPLE if person.wa_id is None)
    body = message_body(Line(), nobody, Wamids().of(nobody), 1_795_000_000, "text", text())
    value = _changes(body)[0]["value"]
    assert "from" not in value["messages"][0]
    assert "wa_id" not in value["contacts"][0]
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"] == nobody.user_id


def test_a_failed_status_to_a_phone_number_lacks_the_user_id_and_has_errors() -> None:
    failed = status(Person(), "wamid.x", 1, "failed", code=131049)
    assert "recipient_user_id" not in failed
    assert failed["errors"][0]["code"] == 131049


def test_merging_keeps_every_change_under_its_account() -> None:
    ours, theirs = Line(), Line(waba_id="900000000000001")
    bodies = [every_kind(line)["messages-text"] for line in (ours, theirs, ours)]
    batch = merged(bodies)
    assert [(entry["id"], len(entry["changes"])) for entry in batch["entry"]] == [
        (ours.waba_id, 2),
        (theirs.waba_id, 1),
    ]
