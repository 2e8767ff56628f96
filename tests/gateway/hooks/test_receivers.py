"""Where a delivery goes: to the address that was checked, whatever the name says a moment later."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gateway.adapters.hooks.addresses import Addresses
from gateway.adapters.hooks.receivers import HttpReceivers, client_options
from gateway.application.subscription_ports import Receiver as Told
from recado_chassis.ports import SystemClock

from tests.gateway.hooks.receiver import Receiver

SECRET = "whsec_" + "A" * 43 + "="
HERE = "127.0.0.1"


class Names:
    """A name server that gives other addresses each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    def __call__(self, host: str, port: int) -> list[Any]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [(None, None, None, "", (address, port)) for address in answer]


def receivers(stack: AsyncExitStack, names: Names, allowed: Sequence[str] = (), **options: Any) -> HttpReceivers:
    client = httpx.AsyncClient(**{**client_options(4), **options})
    stack.push_async_callback(client.aclose)
    return HttpReceivers(client, Addresses(allowed, names), SystemClock(), 2.0)


async def test_54_61_a_name_that_is_rebound_to_a_private_address_is_not_followed(receiver: Receiver) -> None:
    url = f"http://hooks.example:{receiver.port}/"
    async with AsyncExitStack() as stack:
        telling = receivers(stack, Names(["1.1.1.1"], [HERE]))
        await telling.check(url)
        answer = await telling.tell(Told(url, [SECRET]), "1", b"{}")

    assert (answer.outcome, receiver.requests) == ("forbidden", [])


@pytest.mark.parametrize("among", [[HERE], ["10.1.2.3"], ["::ffff:10.1.2.3"], ["fd00::1"], ["224.0.0.1"]])
async def test_61_one_private_address_among_many_is_enough_to_refuse(receiver: Receiver, among: list[str]) -> None:
    async with AsyncExitStack() as stack:
        telling = receivers(stack, Names(["1.1.1.1", *among]))
        answer = await telling.tell(Told(f"http://hooks.example:{receiver.port}/", [SECRET]), "1", b"{}")

    assert (answer.outcome, receiver.requests) == ("forbidden", [])


async def test_54_a_host_is_reached_at_the_address_that_was_looked_up_and_judged(receiver: Receiver) -> None:
    host = f"hooks.example:{receiver.port}"
    async with AsyncExitStack() as stack:
        telling = receivers(stack, Names([HERE]), ["hooks.example"])
        answer = await telling.tell(Told(f"http://{host}/a%20b?c=d", [SECRET]), "1", b"{}")

    (request,) = receiver.requests
    assert (answer.status, request.path, request.headers["host"]) == (204, "/a%20b?c=d", host)


async def test_no_cookie_of_one_receiver_goes_anywhere() -> None:
    cookie = "HTTP/1.1 200 Yes\r\nset-cookie: who=you; path=/\r\ncontent-length: 0\r\n\r\n"
    async with AsyncExitStack() as stack, Receiver(lambda _: cookie) as receiver:
        telling = receivers(stack, Names([HERE]), [HERE])
        for number in range(2):
            await telling.tell(Told(receiver.url, [SECRET]), str(number), b"{}")

    assert [request.headers.get("cookie") for request in receiver.requests] == [None, None]


async def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    receiver.answer = lambda _: "HTTP/1.1 200 Yes\r\ncontent-length: 999999999999\r\n\r\n" + "x" * 100_000
    async with AsyncExitStack() as stack:
        answer = await receivers(stack, Names([HERE]), [HERE]).tell(Told(receiver.url, [SECRET]), "1", b"{}")

    assert answer.outcome == "delivered"


@pytest.mark.parametrize(("host", "outcome"), [("hooks.example", "delivered"), ("other.example", "unreachable")])
async def test_the_certificate_has_to_be_the_hosts(tmp_path: Path, host: str, outcome: str) -> None:
    server, trusting = certified(tmp_path, "hooks.example")
    async with AsyncExitStack() as stack, Receiver(tls=server) as receiver:
        transport = httpx.AsyncHTTPTransport(verify=trusting, trust_env=False)
        telling = receivers(stack, Names([HERE]), [host], transport=transport)
        answer = await telling.tell(Told(f"https://{host}:{receiver.port}/", [SECRET]), "1", b"{}")

    assert answer.outcome == outcome


def certified(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with a certificate for this host, and a client that trusts who made it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "certificate").write_bytes(made.public_bytes(text))
    (folder / "key").write_bytes(key.private_bytes(text, *plain))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "certificate", folder / "key")
    return server, ssl.create_default_context(cafile=folder / "certificate")
