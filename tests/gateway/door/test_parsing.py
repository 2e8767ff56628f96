"""Bad inputs 28 to 31, 34 and 38, and bodies without an end: refused with a reason, at once, and nothing of them."""

from __future__ import annotations

import asyncio
import gzip
import time
from contextlib import suppress

import httpx
import pytest
from gateway.adapters.door.reading import BODY_BYTES

from tests.gateway.door.doorway import PATH, Doorway
from tests.gateway.door.test_meaning import text_body
from tests.gateway.meta import APP_SECRET
from tests.simulator.bodies import Line, envelope
from tests.simulator.signing import meta_json, signature, signed_headers

DEEP = 100_000


def body_with(line: Line, text: bytes) -> bytes:
    """A body with another text in place of the message's."""
    return meta_json(text_body(line, "PLACE")).replace(b'"PLACE"', text)


BAD = {
    "28_deep_arrays": b"[" * DEEP + b"]" * DEEP,
    "28_deep_objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "29_duplicate_members": b'{"a":1,"a":2}',
    "29_duplicate_members_escaped": b'{"a":1,"\\u0061":1}',
    "30_nan": b"NaN",
    "30_infinity": b"Infinity",
    "30_minus_infinity": b"[-Infinity]",
    "31_an_integer_of_5000_digits": b"9" * 5000,
    "31_a_negative_integer_of_5000_digits": b"-" + b"9" * 5000,
    "34_invalid_utf8": b'"\xff\xfe"',
    "34_overlong_utf8": b'"\xc0\xaf"',
    "34_a_surrogate_in_utf8": b'"\xed\xa0\x80"',
    "34_a_control_character": b'"\x07"',
    "a_trailing_comma": b'{"a":1,}',
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD)
async def test_28_to_34_what_is_no_strict_json_gets_400(door: Doorway, name: str) -> None:
    line, _ = door.served()
    begun = time.monotonic()
    answer = door.post(body_with(line, BAD[name]))
    assert time.monotonic() - begun < 3
    assert (answer.status_code, answer.json()["rule"]) == (400, "malformed_webhook")
    assert await door.nothing_of(line)
    assert door.send(text_body(line)).status_code == 200


@pytest.mark.parametrize(
    "frame",
    [
        b'"entry":[{"id":"1","id":"2","changes":[]}]',
        b'"entry":[],"entry":[]',
        b'"entry":[{"changes":[{"value":1,"value":2}]}]',
    ],
)
def test_29_duplicate_members_of_the_frame_get_400(door: Doorway, frame: bytes) -> None:
    answer = door.post(b'{"object":"whatsapp_business_account",%s}' % frame)
    assert answer.status_code == 400


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp037"])
async def test_34_other_encodings_get_400(door: Doorway, encoding: str) -> None:
    line, _ = door.served()
    answer = door.post(meta_json(text_body(line)).decode().encode(encoding))
    assert answer.status_code == 400
    assert await door.nothing_of(line)


async def test_ten_times_as_many_updates_as_meta_sends_get_413(door: Doorway) -> None:
    line, _ = door.served()
    value = {"metadata": line.metadata(), "messages": [{}] * 10_001}
    answer = door.send(envelope(line.waba_id, "messages", value))
    assert (answer.status_code, answer.json()["rule"]) == (413, "too_many_updates")
    assert await door.nothing_of(line)


async def test_38_ten_megabytes_get_413_before_they_are_sent(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line, "a" * 10_000_000))
    received = await answer_to(door, head(body, b"Content-Length: %d\r\n" % len(body)))
    assert b" 413 " in received.split(b"\r\n")[0]
    assert await door.nothing_of(line)


async def test_38_ten_megabytes_in_pieces_get_413_when_it_is_too_much(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line, "a" * 10_000_000))

    # The last of these is the first too much: what came after it would be in the way of the answer.
    pieces = (body[at : at + 100_000] for at in range(0, BODY_BYTES, 100_000))
    chunks = (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    received = await answer_to(door, head(body, b"Transfer-Encoding: chunked\r\n"), *chunks)
    assert b" 413 " in received.split(b"\r\n")[0]
    assert await door.nothing_of(line)


async def test_a_body_in_pieces_is_a_body(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line, "aos poucos"))
    chunks = [b"%x\r\n%s\r\n" % (len(body[at : at + 7]), body[at : at + 7]) for at in range(0, len(body), 7)]
    received = await answer_to(door, head(body, b"Transfer-Encoding: chunked\r\n"), *chunks, b"0\r\n\r\n", close=True)
    assert b" 200 " in received.split(b"\r\n")[0]
    assert len(await door.inbound(line)) == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip"])
def test_45_compressed_bodies_get_415(door: Doorway, encoding: str) -> None:
    body = gzip.compress(meta_json(text_body(door.line())))
    answer = httpx.post(
        door.url, content=body, headers={**signed_headers(APP_SECRET, body), "Content-Encoding": encoding}
    )
    assert answer.status_code == 415


async def test_41_a_body_that_drips_gets_408_after_ten_seconds(door: Doorway) -> None:
    line, _ = door.served()
    body = meta_json(text_body(line))
    begun = time.monotonic()
    sending = (body[at : at + 1] for at in range(len(body)))
    received = await answer_to(door, head(body, b"Content-Length: %d\r\n" % len(body)), *sending, pause=0.2)
    assert 9 < time.monotonic() - begun < 13
    assert b" 408 " in received.split(b"\r\n")[0]
    assert await door.nothing_of(line)


def head(body: bytes, framing: bytes) -> bytes:
    signed = signature(APP_SECRET, body).encode()
    line = b"POST %s HTTP/1.1\r\nHost: gateway\r\nX-Hub-Signature-256: %s\r\n" % (PATH.encode(), signed)
    return line + framing + b"\r\n"


async def answer_to(door: Doorway, *pieces: bytes, pause: float = 0.0, close: bool = False) -> bytes:
    """What a raw connection receives until it is closed, or until the first answer where we close it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.running.port())

    async def write() -> None:
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)

    writing = asyncio.create_task(write())
    received = b""
    try:
        async with asyncio.timeout(30):
            while part := await reader.read(65536):
                received += part
                if close and b"\r\n\r\n" in received:
                    break
    except ConnectionError:
        pass
    finally:
        writing.cancel()
        writer.close()
    return received
