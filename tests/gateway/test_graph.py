"""The table of outcomes, row by row: what the client concludes of each, and what Meta really has."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from gateway.adapters.graph import client_options
from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict

from tests.gateway.claims import MESSAGES, TO, Client, always, claim
from tests.gateway.stage import NUMBER, WABA
from tests.simulator.client import Simulator


@pytest.fixture
async def token(meta: Simulator) -> str:
    """Of a number that is registered and was written to by the customer."""
    await meta.change_phone_number(NUMBER, registered=True)
    await meta.customer_writes(TO, NUMBER, "Oi")
    return await meta.mint_token([WABA])


async def sent(meta: Simulator, token: str, deadline: float = 20.0) -> tuple[Verdict, int]:
    """What the client concludes from one call, and how many sends Meta has accepted."""
    async with Client(meta.base_url, deadline) as messages:
        verdict = await messages.send(claim(token), always)
    return verdict, len(await meta.sends(NUMBER))


async def test_an_accepted_send_carries_its_tag_and_names_its_wamid(meta: Simulator, token: str) -> None:
    made = claim(token)
    async with Client(meta.base_url) as messages:
        verdict = await messages.send(made, always)

    (send,) = await meta.sends(NUMBER)
    assert verdict == Accepted(send.id, TO, send.user_id, None)
    assert send.biz_opaque_callback_data == made.tag


AMBIGUOUS_BEFORE: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "reset"},
    {"kind": "error", "code": 131000},
    {"kind": "error", "code": 131016},
    {"kind": "error", "code": 131000, "status": 400},
    {"kind": "not_json"},
    {"kind": "not_json", "status": 200},
    {"kind": "not_json", "status": 404},
]


@pytest.mark.parametrize("fault", AMBIGUOUS_BEFORE, ids=str)
async def test_what_may_have_been_sent_but_was_not_is_ambiguous(
    meta: Simulator, token: str, fault: dict[str, Any]
) -> None:
    await meta.fault(**fault, when="before", scope=MESSAGES)

    verdict, accepted = await sent(meta, token)

    assert isinstance(verdict, Ambiguous)
    assert accepted == 0


@pytest.mark.parametrize("fault", [*AMBIGUOUS_BEFORE, {"kind": "truncate"}], ids=str)
async def test_what_was_sent_but_not_answered_is_ambiguous(meta: Simulator, token: str, fault: dict[str, Any]) -> None:
    await meta.fault(**fault, when="after", scope=MESSAGES)

    verdict, accepted = await sent(meta, token)

    assert isinstance(verdict, Ambiguous)
    assert accepted == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_stalled_answer_is_ambiguous_when_its_deadline_is_over(meta: Simulator, token: str, when: Any) -> None:
    await meta.fault("stall", when=when, seconds=3, scope=MESSAGES)

    verdict, _ = await sent(meta, token, deadline=0.5)

    assert verdict == Ambiguous("timeout")


async def test_a_slow_answer_within_its_deadline_is_an_answer(meta: Simulator, token: str) -> None:
    await meta.fault("stall", when="after", seconds=0.5, scope=MESSAGES)

    verdict, accepted = await sent(meta, token)

    assert isinstance(verdict, Accepted)
    assert accepted == 1


@pytest.mark.parametrize(
    ("code", "status"), [(130429, None), (130429, 429), (131056, None), (131056, 429), (80007, None), (4, 429)]
)
async def test_throttles_are_not_taken(meta: Simulator, token: str, code: int, status: int | None) -> None:
    await meta.fault("error", code=code, status=status, scope=MESSAGES)

    assert await sent(meta, token) == (NotTaken("throttled", code), 0)


@pytest.mark.parametrize("code", [131047, 131026, 190, 100, 131030, 131042, 132001])
async def test_codes_of_graph_are_refusals(meta: Simulator, token: str, code: int) -> None:
    await meta.fault("error", code=code, scope=MESSAGES)

    verdict, accepted = await sent(meta, token)

    assert isinstance(verdict, Refused)
    assert (verdict.meta_code, accepted) == (code, 0)


async def test_metas_own_strictness_is_read_as_such(meta: Simulator, token: str) -> None:
    """Without any fault: an expired token, a closed window, a number that is not registered."""
    await meta.set_window(TO, NUMBER, seconds_ago=86_401)
    closed, _ = await sent(meta, token)
    await meta.change_phone_number(NUMBER, registered=False)
    unregistered, _ = await sent(meta, token)
    await meta.expire_tokens(WABA)
    expired, accepted = await sent(meta, token)

    codes = [verdict.meta_code for verdict in (closed, unregistered, expired) if isinstance(verdict, Refused)]
    assert (codes, accepted) == ([131047, 133010, 190], 0)


async def test_a_refused_connection_is_certainly_not_sent(token: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with Client(f"http://127.0.0.1:{closed.getsockname()[1]}") as messages:
            verdict = await messages.send(claim(token), always)

    assert verdict == NotTaken("unreachable")


async def test_a_name_that_does_not_resolve_is_certainly_not_sent(token: str) -> None:
    async with Client("http://graph.invalid") as messages:
        verdict = await messages.send(claim(token), always)

    assert verdict == NotTaken("unreachable")


async def test_a_server_that_never_accepts_tls_is_certainly_not_sent(token: str) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server, Client(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}") as messages:
        verdict = await messages.send(claim(token), always)

    assert verdict == NotTaken("unreachable")


async def test_waiting_for_a_free_connection_in_vain_is_certainly_not_sent(meta: Simulator, token: str) -> None:
    options = client_options(1)
    options["timeout"].pool = 0.2
    await meta.fault("stall", when="after", seconds=2, scope=MESSAGES)
    async with Client(meta.base_url, **options) as messages:
        first, second = await asyncio.gather(*(messages.send(claim(token), always) for _ in range(2)))

    assert (type(first), second) == (Accepted, NotTaken("unreachable"))
    assert len(await meta.sends(NUMBER)) == 1


async def test_a_connection_that_ends_in_the_middle_of_an_answer_is_ambiguous(token: str) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages":[{"id":"wamid.A"')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    async with server, Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as messages:
        verdict = await messages.send(claim(token), always)

    assert verdict == Ambiguous("connection_lost")


async def test_an_endless_answer_is_cut_off_and_ambiguous(token: str) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b" " * 65_536)
                await writer.drain()
        except OSError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server, Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as messages:
        verdict = await messages.send(claim(token), always)

    assert verdict == Ambiguous("unreadable_answer")


async def test_redirects_are_not_followed(token: str) -> None:
    seen = 0

    async def away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(away, "127.0.0.1", 0)
    async with server, Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as messages:
        verdict = await messages.send(claim(token), always)

    assert (verdict, seen) == (Ambiguous("unreadable_answer"), 1)


async def test_a_claim_that_is_too_old_leaves_nothing_on_the_wire(meta: Simulator, token: str) -> None:
    async with Client(meta.base_url) as messages:
        late = await messages.send(claim(token), lambda: False)
        in_time = await messages.send(claim(token), always)

    assert late == NotTaken("claim_expired")
    assert isinstance(in_time, Accepted), "the client goes on after a claim it did not use"
    assert len(await meta.sends(NUMBER)) == 1
