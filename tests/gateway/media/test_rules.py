"""Rule 32 for what comes in: fetched until it is here or cannot come any more, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from gateway.commands.media import Fetched, MediaCommand, NotFetched, QueueMedia, RecordFetch
from gateway.domain import fetching
from gateway.domain.fetching import Fetch, agree, decide, evolve, pause
from gateway.domain.media_hosts import may_fetch
from hypothesis import given
from hypothesis import strategies as st
from recado_events.event import Event
from recado_events.media import MediaLost, MediaStored

from tests.gateway.story import CUSTOMER, MESSAGE, NOON, NUMBER, OURS, Story, names

GRAPH = "https://graph.facebook.com"
GOT = Fetched(key="a/b", sha256="ab" * 32, size=3, mime_type="image/jpeg")
PASSING = ("timeout", "unreachable", "meta_failed", "throttled", "authorisation_lost", "stale_url", "connection_lost")


class MediaStory(Story[Fetch, MediaCommand]):
    def __init__(self, declared: str | None = "image/jpeg") -> None:
        super().__init__(Fetch(), decide, evolve)
        self.asks(
            QueueMedia(
                **self._on(), media_id="1", kind="image", declared_type=declared, told_sha256=None, sent_at=self.now
            )
        )

    def tries(self, outcome: Fetched | NotFetched, attempt: int | None = None) -> list[Event]:
        number = self.state.attempts + 1 if attempt is None else attempt
        return self.asks(RecordFetch(**self._on(), attempt=number, outcome=outcome))

    def waits(self) -> None:
        self.now = max(self.now, self.state.retry_not_before or self.now)

    def _on(self) -> dict[str, Any]:
        on = {"organisation_id": OURS, "phone_number_id": NUMBER, "customer_id": CUSTOMER, "message_id": MESSAGE}
        return {**on, "now": self.now}


def test_a_file_is_stored_once_whoever_fetched_it_again() -> None:
    story = MediaStory()

    assert names(story.tries(GOT)) == ["MediaStored"]
    assert story.tries(GOT, attempt=1) == story.tries(NotFetched("timeout"), attempt=2) == []


@pytest.mark.parametrize("reason", PASSING)
def test_pain_14_what_may_pass_is_tried_again_for_seven_days_and_then_lost_with_its_reason(reason: str) -> None:
    story, attempts = MediaStory(), 0
    while not isinstance(fact := story.tries(NotFetched(reason))[0], MediaLost):
        story.waits()
        attempts += 1

    assert (fact.reason, fact.attempts) == (reason, attempts + 1)
    assert timedelta(days=6, hours=22) < story.now - NOON <= timedelta(days=7)


@pytest.mark.parametrize(
    ("reason", "attempts"),
    [("too_large", 1), ("forbidden_host", 3), ("redirected", 3), ("hash_mismatch", 4), ("gone", 10)],
)
def test_what_will_not_get_better_is_lost_soon(reason: str, attempts: int) -> None:
    story = MediaStory()
    facts = [story.tries(NotFetched(reason))[0] for _ in range(attempts)]

    assert names(facts) == ["MediaFetchFailed"] * (attempts - 1) + ["MediaLost"]
    assert story.tries(NotFetched(reason)) == story.tries(GOT) == []


@given(st.lists(st.sampled_from([*PASSING, "gone", "hash_mismatch", "forbidden_host"]), max_size=40))
def test_whatever_fails_a_file_is_stored_by_the_first_success_unless_it_was_lost(reasons: list[str]) -> None:
    story = MediaStory()
    for reason in reasons:
        story.tries(NotFetched(reason))
        story.waits()
    facts = story.tries(GOT)

    assert [isinstance(fact, MediaStored) for fact in facts] == ([] if story.state.phase == "lost" else [True])


def test_pauses_grow_from_a_second_to_an_hour() -> None:
    assert [pause(number).total_seconds() for number in (1, 2, 3, 11)] == [1, 2, 4, 1024]
    assert pause(1000) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("declared", "mime_type", "flags"),
    [
        ("image/jpeg", "image/jpeg", ()),
        ("audio/ogg; codecs=opus", "audio/ogg", ()),
        ("text/plain", None, ()),
        (None, "image/png", ()),
        ("image/jpeg", "text/html", ("type_mismatch",)),
        ("image/jpeg", "application/zip", ("type_mismatch",)),
        ("application/pdf", "application/zip", ("type_mismatch",)),
    ],
)
def test_69_a_file_that_is_not_what_it_is_called_is_kept_and_flagged(
    declared: str | None, mime_type: str | None, flags: tuple[str, ...]
) -> None:
    (stored,) = MediaStory(declared).tries(Fetched(key="a", sha256="b", size=1, mime_type=mime_type))

    assert isinstance(stored, MediaStored)
    assert stored.flags == flags
    assert agree(declared, mime_type) == (flags == ())


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2",
        "https://mmg.whatsapp.net/x",
        "https://scontent.xx.fbcdn.net:443/x",
        "https://LOOKASIDE.fbsbx.com/x",
    ],
)
def test_files_are_fetched_from_hosts_of_meta(url: str) -> None:
    assert may_fetch(url, GRAPH)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/x",
        "https://fbsbx.com.evil.example/x",
        "https://evilfbsbx.com/x",
        "http://lookaside.fbsbx.com/x",
        "file:///etc/passwd",
        "gopher://lookaside.fbsbx.com/x",
        "https://2852039166/x",
        "https://0xa9fea9fe/x",
        "https://0251.0376.0251.0376/x",
        "https://169.254.169.254/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://[2002:a9fe:a9fe::]/x",
        "https://[64:ff9b::a9fe:a9fe]/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://evil.example\\@lookaside.fbsbx.com/x",
        "https://evil.example#@lookaside.fbsbx.com/x",
        "https://evil.example?.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com:x/",
        "https://lookaside。fbsbx.com/x",
        "https://look\naside.fbsbx.com/x",
        "https://.fbsbx.com/x",
        "http://127.0.0.1:81/x",
        "",
    ],
)
def test_50_51_52_53_57_a_token_goes_to_no_other_host_however_it_is_written(url: str) -> None:
    assert not may_fetch(url, GRAPH)
    assert not may_fetch(url, "http://127.0.0.1:80")


def test_where_the_token_goes_anyway_files_may_be() -> None:
    assert may_fetch("http://127.0.0.1:80/x", "http://127.0.0.1:80")


def test_meta_keeps_files_for_as_long_as_the_contract_says() -> None:
    assert timedelta(days=7) == fetching.KEPT_BY_META
