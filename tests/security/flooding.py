"""`python -m tests.security.flooding <url> <connections> <a second>`, a token on its input: one organisation asks for
its list of conversations for ever; a line for each answer, its status."""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import urlsplit


async def flood(url: str, token: str, pause: float) -> None:
    told = urlsplit(url)
    head = f"GET {told.path}?{told.query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection(told.hostname, told.port)
    while True:
        writer.write(head)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(line.split(b":")[1]) for line in answer.split(b"\r\n") if b"content-length" in line)
        await reader.readexactly(length)
        print(answer[9:12].decode(), flush=True)  # noqa: T201 - whoever started it counts
        await asyncio.sleep(pause)


async def main(url: str, connections: int, rate: float) -> None:
    token = sys.stdin.readline().strip()
    await asyncio.gather(*(flood(url, token, connections / rate) for _ in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
