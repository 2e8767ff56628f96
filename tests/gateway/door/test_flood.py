"""Bad input 48: what Meta did not sign costs a digest and nothing more, however much of it there is."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from gateway.adapters.door.desk import Desk
from gateway.adapters.door.signature import Signatures
from gateway.adapters.door.webhook import PATH, Webhook
from starlette.types import Message

from tests.gateway.door.doorway import Doorway
from tests.gateway.door.test_meaning import text_body
from tests.gateway.meta import APP_SECRET
from tests.libs.chassis.edges.running import ROOT
from tests.simulator.signing import meta_json, signed_headers

RATE = 300
COUNT = 200
ROUNDS = 3
ALLOWED = 0.1
"""Seconds that the flood itself may take from a machine of two cores."""


class NobodyParses:
    async def take(self, *_: Any) -> None:
        raise AssertionError("it was parsed")


async def answered(headers: list[tuple[bytes, bytes]], *body: bytes) -> tuple[int, int]:
    """The status, and how many pieces of the body were read for it."""
    webhook = Webhook(Signatures([APP_SECRET]), "token", cast(Desk, NobodyParses()))
    pieces, sent = list(body), list[Message]()

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        sent.append(message)

    await webhook({"type": "http", "method": "POST", "path": PATH, "headers": headers}, receive, send)
    return sent[0]["status"], len(body) - len(pieces)


FORGED = [(b"x-hub-signature-256", b"sha256=" + b"0" * 64)]


@pytest.mark.parametrize(
    ("headers", "read"),
    [([], 0), (FORGED * 2, 0), ([(b"x-hub-signature-256", b"sha1=" + b"0" * 40)], 0), (FORGED, 3)],
)
async def test_48_nothing_is_parsed_before_the_signature_fits_and_nothing_read_without_one(
    headers: list[tuple[bytes, bytes]], read: int
) -> None:
    assert await answered(headers, b'{"object"', b":", b"[" * 100_000) == (401, read)


@contextmanager
def flooded(door: Doorway) -> Iterator[list[float]]:
    """The moments at which something was refused."""
    command = [sys.executable, "-m", "tests.gateway.door.flooding", str(door.running.port()), str(RATE)]
    flood = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    refused: list[float] = []
    reader = threading.Thread(target=lambda: refused.extend(time.monotonic() for _ in flood.stdout or ()), daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + 20
        while len(refused) < RATE // 4:
            assert time.monotonic() < deadline, "the flood did not begin"
            time.sleep(0.02)
        yield refused
        assert flood.poll() is None, "the flood ended by itself"
    finally:
        flood.kill()
        flood.wait()
        reader.join()


def p99_of(door: Doorway) -> float:
    line, _ = door.served()
    door.has_heard()
    body = meta_json(text_body(line))
    headers, seconds = signed_headers(APP_SECRET, body), []
    for _ in range(COUNT):
        begun = time.perf_counter()
        assert door.post_as(body, headers).status_code == 200
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)[round(COUNT * 0.99) - 1]


def test_48_signed_webhooks_are_hardly_slower_while_300_unsigned_ones_a_second_are_refused(door: Doorway) -> None:
    figures = []
    for _ in range(ROUNDS):
        alone = p99_of(door)
        with flooded(door) as refused:
            before, begun = len(refused), time.monotonic()
            beside = p99_of(door)
            rate = (len(refused) - before) / (time.monotonic() - begun)
        figures.append((round(alone, 4), round(beside, 4), round(rate)))
        if beside <= 2 * alone + ALLOWED and rate > RATE / 3:
            return
    pytest.fail(f"p99 alone, p99 beside the flood, refused a second: {figures}")
