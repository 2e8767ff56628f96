"""Meta's side as cheaply as Python can be it: signed webhooks over keep-alive connections, in a process of its own.

`python -m tests.bench.load`, told by one line of JSON (`Plan`); answers one line of JSON (`Answer`). Bodies are
made and signed before the clock runs. One thread, raw sockets, epoll: some 30 µs of processor a webhook.
"""

from __future__ import annotations

import json
import resource
import selectors
import socket
import sys
import time
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.bench.traffic import Traffic
from tests.simulator.bodies.envelope import Line
from tests.simulator.signing import signed_headers

PATH = "/webhooks/whatsapp"


@dataclass(frozen=True)
class Plan:
    """`rate` 0: each connection sends as soon as it was answered. Else webhooks a second, whatever is answered when."""

    port: int
    secret: str
    seconds: float
    rate: float = 0.0
    warm_up: float = 1.0
    connections: int = 64
    numbers: int = 100
    known: int = 1000
    bodies: int = 20_000
    begins: float | None = None
    first: int = 0
    """Bodies of the traffic that were sent before."""
    place_at: tuple[str, str] | None = None
    """WABA and number id of the only number, where it is none of the traffic's."""
    user_ids: bool = False
    """Whether people have a user id beside their number, as Meta gives it and pywa will not do without."""
    sent_at: str = ""
    """A file for the moment at which each body was due, as doubles of the monotonic clock."""


@dataclass(frozen=True)
class Answer:
    """Of what was due after the warm-up; times in milliseconds from when it was due to its answer."""

    sent: int
    """All, those of the warm-up too."""
    answered: int
    refused: int
    seconds: float
    p50: float
    p99: float
    processor: float
    """Microseconds of this process a webhook."""

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


def requests_of(plan: Plan) -> list[bytes]:
    traffic = Traffic(plan.known, plan.numbers, plan.begins)
    messages = traffic.first_messages() + traffic.mixed(max(0, plan.first + plan.bodies - plan.known))
    line = Line(*plan.place_at) if plan.place_at else None
    return [
        _request(plan, message.body(line, with_user_id=plan.user_ids))
        for message in messages[plan.first : plan.first + plan.bodies]
    ]


def _request(plan: Plan, body: bytes) -> bytes:
    headers = {
        "Host": f"127.0.0.1:{plan.port}",
        "Accept": "*/*",
        **signed_headers(plan.secret, body),
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body


class Load:
    def __init__(self, plan: Plan, requests: Sequence[bytes]) -> None:
        self._plan = plan
        self._requests = requests
        self._selector = selectors.EpollSelector()
        self._free: deque[socket.socket] = deque()
        self._waiting: dict[socket.socket, float] = {}
        self._parts: dict[socket.socket, bytes] = {}
        self._sent = 0
        self._refused = 0
        self._due_at = array("d")
        self._answers: list[tuple[float, float]] = []
        for _ in range(plan.connections):
            connection = socket.create_connection(("127.0.0.1", plan.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(connection, selectors.EVENT_READ)
            self._free.append(connection)

    def run(self) -> Answer:
        begun = time.monotonic()
        counts_from, ends = begun + self._plan.warm_up, begun + self._plan.warm_up + self._plan.seconds
        cpu = _processor()
        while (now := time.monotonic()) < ends:
            self._send_due(now, begun)
            self._receive(0.0005 if self._plan.rate else 0.01)
        cpu = _processor() - cpu
        self._receive_rest()
        told = [(due, at) for due, at in self._answers if counts_from <= due < ends]
        times = sorted((at - due) * 1000 for due, at in told)
        span = max((at for _, at in told), default=ends) - counts_from
        return Answer(
            self._sent,
            len(times),
            self._refused,
            span,
            _at(times, 0.5),
            _at(times, 0.99),
            cpu / max(1, len(self._answers)) * 1e6,
        )

    def keep(self, file: str) -> None:
        with open(file, "wb") as output:  # noqa: PTH123 - array writes to a file only
            self._due_at.tofile(output)

    def _send_due(self, now: float, begun: float) -> None:
        """With a rate, what finds no free connection waits, and its waiting counts."""
        rate = self._plan.rate
        due = int((now - begun) * rate) + 1 if rate else sys.maxsize
        while self._free and self._sent < due:
            connection = self._free.popleft()
            at = begun + self._sent / rate if rate else now
            self._due_at.append(at)
            self._waiting[connection] = at
            connection.send(self._requests[self._sent % len(self._requests)])
            self._sent += 1

    def _receive(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            text = self._parts.pop(connection, b"") + connection.recv(65536)
            if not text:
                raise ConnectionError("the server closed a connection")
            if not _is_whole(text):
                self._parts[connection] = text
                continue
            self._refused += not text.startswith(b"HTTP/1.1 200")
            self._answers.append((self._waiting.pop(connection), time.monotonic()))
            self._free.append(connection)

    def _receive_rest(self) -> None:
        patience = time.monotonic() + 10
        while self._waiting and time.monotonic() < patience:
            self._receive(0.1)
        self._refused += len(self._waiting)


def _is_whole(text: bytes) -> bool:
    head, ended, body = text.partition(b"\r\n\r\n")
    if not ended:
        return False
    _, _, length = head.lower().partition(b"content-length:")
    return len(body) >= int(length.partition(b"\r\n")[0])


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    plan = Plan(**json.loads(sys.stdin.readline()))
    load = Load(plan, requests_of(plan))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    answer = load.run()
    if plan.sent_at:
        load.keep(plan.sent_at)
    sys.stdout.write(json.dumps(asdict(answer)) + "\n")


if __name__ == "__main__":
    main()
