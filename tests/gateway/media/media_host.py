"""A host of files that misbehaves: a real server on a port, which also answers as Graph."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass
class Host:
    """`way`: how the file itself is answered. `url` replaces the address that Graph tells for it."""

    way: str = "redirect"
    url: str | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Authorization of every request."""
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Answers(BaseHTTPRequestHandler):
    """Of one host: a class of it is made for each."""

    host: ClassVar[Host]

    def do_GET(self) -> None:
        host = self.host
        host.asked.append((self.path, self.headers.get("Authorization")))
        if self.path.startswith("/v25.0/"):
            self._tell({"url": host.url or f"{host.address}/file", "sha256": "ab" * 32, "mime_type": "image/jpeg"})
        else:
            getattr(self, f"_{host.way}")()

    def _tell(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self._head(200, **{"Content-Length": str(len(body))})
        self.wfile.write(body)

    def _redirect(self) -> None:
        self._head(302, Location="http://169.254.169.254/latest/meta-data/", **{"Content-Length": "0"})

    def _too_long(self) -> None:
        self._head(200, **{"Content-Length": str(100 * 1024 * 1024 + 1)})

    def _endless(self) -> None:
        self._head(200)
        piece = b"x" * 1024 * 1024
        for _ in range(110):
            self.wfile.write(piece)

    def _drip(self) -> None:
        self._head(200, **{"Content-Length": "1000"})
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def media_host(host: Host) -> Iterator[Host]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("AnswersOfHost", (Answers,), {"host": host}))
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
