"""What each answer of Graph proves, row by row: sent, not sent, refused, or nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict
from gateway.domain.verdicts import of_answer, unanswered
from hypothesis import given
from hypothesis import strategies as st

TAKEN = {"messages": [{"id": "wamid.A", "message_status": "accepted"}], "contacts": [{"wa_id": "1", "user_id": "BR.1"}]}


def error(code: Any, **members: Any) -> dict[str, Any]:
    return {"error": {"message": "(#1) Title", "code": code, "error_data": {"details": "Why"}, **members}}


def verdict(status: int, body: Any, names_message: bool = True) -> Verdict:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return of_answer(status, text, names_message=names_message)


def test_nothing_written_is_certainly_not_sent() -> None:
    assert unanswered(written=False, why="timeout") == NotTaken("unreachable")


def test_anything_written_may_have_been_sent() -> None:
    assert unanswered(written=True, why="timeout") == Ambiguous("timeout")


def test_an_accepted_message_names_its_wamid_and_the_person() -> None:
    assert verdict(200, TAKEN) == Accepted("wamid.A", "1", "BR.1", "accepted")


def test_a_read_receipt_is_accepted_without_a_wamid() -> None:
    assert verdict(200, {"success": True}, names_message=False) == Accepted()


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("code", [100, 190, 131026, 131047, 132001, 133010, 131030, 131051, 10, 299, 131042, 987654])
def test_a_code_of_graph_below_500_is_a_refusal(status: int, code: int) -> None:
    assert verdict(status, error(code)) == Refused(code, "(#1) Title", "Why")


@pytest.mark.parametrize("status", [400, 429])
@pytest.mark.parametrize("code", [4, 80007, 130429, 131048, 131056])
def test_throttles_are_not_taken_whatever_their_http_status(status: int, code: int) -> None:
    assert verdict(status, error(code)) == NotTaken("throttled", code)


@pytest.mark.parametrize("body", [b"", b"<html>", error(99)])
def test_http_429_is_never_taken(body: Any) -> None:
    found = verdict(429, body)

    assert isinstance(found, NotTaken)
    assert found.reason == "throttled"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [error(131000), error(131016), error(190), b"", b"<html>", TAKEN])
def test_any_5xx_is_ambiguous(status: int, body: Any) -> None:
    found = verdict(status, body)

    assert isinstance(found, Ambiguous)
    assert found.reason == "server_error"


@pytest.mark.parametrize("body", [error(131000), error(131016), error(2), error(100, is_transient=True)])
def test_failures_of_meta_itself_are_ambiguous_below_500_too(body: Any) -> None:
    assert isinstance(verdict(400, body), Ambiguous)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>ok</html>",
        b"[]",
        b"null",
        b"[" * 100_000,
        {},
        {"messages": []},
        {"messages": [{}]},
        {"messages": [{"id": ""}]},
        {"messages": [{"id": 7}]},
        {"messages": "wamid.A"},
        {"success": True},
        error(131047),
    ],
)
def test_a_200_that_cannot_be_read_is_ambiguous(body: Any) -> None:
    assert isinstance(verdict(200, body), Ambiguous)


@pytest.mark.parametrize("body", [b"", {}, {"success": False}, {"success": "true"}, b"<html>"])
def test_a_200_to_a_read_receipt_that_does_not_say_success_is_ambiguous(body: Any) -> None:
    assert isinstance(verdict(200, body, names_message=False), Ambiguous)


@pytest.mark.parametrize("status", [204, 301, 302, 400, 404, 413])
@pytest.mark.parametrize("body", [b"", b"<html>", {"error": "no object"}, error("131047"), error(True), error(None)])
def test_what_no_code_explains_is_ambiguous(status: int, body: Any) -> None:
    assert verdict(status, body) == Ambiguous("unreadable_answer")


@given(st.integers(100, 599), st.binary(max_size=200), st.booleans())
def test_no_bytes_raise_or_are_taken_for_an_acceptance(status: int, body: bytes, names_message: bool) -> None:
    assert not isinstance(of_answer(status, body, names_message=names_message), Accepted)


def test_what_could_not_be_stored_is_not_kept() -> None:
    found = verdict(400, b'{"error": {"code": 100, "message": "a\\u0000b\\ud800", "error_data": []}}')

    assert found == Refused(100, "ab?", None)
