"""`python -m tests.gateway.door.flooding <port> <a second>`: webhooks that Meta did not sign, until it is ended."""

from __future__ import annotations

import asyncio
import sys

CONNECTIONS = 8
BODY = b"[" * 4000
"""What would be dear to parse."""
REQUEST = (
    b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
    b"X-Hub-Signature-256: sha256=" + b"0" * 64 + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
)


async def flood(port: int, pause: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 401"):
            sys.exit(f"not refused: {head!r}")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
        await reader.readexactly(length)
        print("refused", flush=True)  # noqa: T201 - whoever started it counts
        await asyncio.sleep(pause)


async def main(port: int, rate: float) -> None:
    await asyncio.gather(*(flood(port, CONNECTIONS / rate) for _ in range(CONNECTIONS)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
