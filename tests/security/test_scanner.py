"""The scanner finds what is planted, in each disguise and in each kind of place; else its silence means nothing."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.security.places import _impersonal, log_lines
from tests.security.scanner import Finding, Scanner

NUMBER, NAME = "11987654321", "Zoë Canário"
WORDS = {"a number": NUMBER, "a name": NAME}
PLANTED = {
    "as it is": NUMBER,
    "with its country": f"+55{NUMBER}",
    "in another case": NAME.upper(),
    "in JSON": json.dumps({"name": NAME}),
    "in an address": f"/contacts?search={quote(NAME)}",
    "in hexadecimal": NAME.encode().hex(),
    "in a wamid": "wamid." + base64.b64encode(f"\x1d\x03\r55{NUMBER}\x15\x02".encode()).decode(),
    "at another offset": base64.b64encode(f"x{NUMBER}yz".encode()).decode(),
    "at the third offset": base64.b64encode(f"xy{NUMBER}z".encode()).decode(),
    "a token": "Bearer eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJyZWNhZG8ifQ.c2lnbmF0dXJl",
    "an access token": "EAAGm0PX4ZCpsBAKsomething0long",
    "a wamid": "wamid.HBgNNTUxMTk4NzY1",
}


@pytest.mark.parametrize("how", PLANTED)
def test_what_is_planted_in_a_log_is_found_with_its_place(tmp_path: Path, how: str) -> None:
    (tmp_path / "gateway.log").write_text(f'{{"event":"started"}}\n{{"event":"request","note":"{PLANTED[how]}"}}\n')
    scanner = Scanner(WORDS)
    seen = scanner.scan("logs", log_lines(tmp_path))
    assert {each.where for each in seen} == {"logs: gateway.log:2"}
    assert scanner.looked_at == {"logs": 2}


@pytest.mark.parametrize(
    "harmless",
    [
        '{"event":"request","route":"/contacts/{contact_id}","status":404,"position":1198765432}',
        "0190f3a8-0000-7000-8000-00000000000a 2026-11-23T12:00:00.123456Z wamid",
        "eyJhbGciOiJ",
    ],
)
def test_ordinary_lines_are_let_pass(harmless: str) -> None:
    assert Scanner(WORDS).scan("logs", [Finding("a line", harmless.encode())]) == []


def test_rotated_logs_are_read_and_the_simulated_metas_is_not(tmp_path: Path) -> None:
    for name in ("crm.log", "crm.log.1", "simulator.log"):
        (tmp_path / name).write_text(NUMBER)
    assert [each.where for each in log_lines(tmp_path)] == ["crm.log:1", "crm.log.1:1"]


def test_of_an_event_only_its_personal_member_may_hold_words() -> None:
    allowed = {"id": "1", "data": {"kind": "text", "personal": {"name": NAME}}}
    leaking = {"id": "1", "data": {"kind": NAME, "personal": {"name": NAME}}}
    scanner = Scanner(WORDS)
    assert scanner.scan("events", [Finding("x", _impersonal(json.dumps(allowed).encode()))]) == []
    assert scanner.scan("events", [Finding("x", _impersonal(json.dumps(leaking).encode()))]) != []
