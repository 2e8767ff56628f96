"""`python open_conversations.py STATE [--until-end]` prints who has which open conversations: a line of JSON a change.

STATE is a file for the state of `subscriber.py`; while there is none, everything is read from the beginning. With
`--until-end` it stops behind what was there when it began. The environment holds what Recado's own services are told:
RECADO_KAFKA, RECADO_EVENTS_URLS (each owner and its URL, in JSON) and RECADO_SERVICE_TOKEN.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import OffsetOutOfRangeError
from subscriber import AnotherLog, follow


def main(file: Path, until_end: bool) -> None:
    state = json.loads(file.read_text()) if file.exists() else beginning()
    while True:
        try:
            return asyncio.run(run(state, file, until_end))
        except (AnotherLog, OffsetOutOfRangeError):  # restored, or away for longer than Kafka keeps: the log has it all
            state = beginning()


async def run(state: Any, file: Path, until_end: bool) -> None:
    url = json.loads(os.environ["RECADO_EVENTS_URLS"])["conversations"]
    token = {"Authorization": f"Bearer {os.environ['RECADO_SERVICE_TOKEN']}"}
    brokers = os.environ["RECADO_KAFKA"]
    kafka = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False, auto_offset_reset="none")
    before = ""
    async with kafka, httpx.AsyncClient(base_url=url, headers=token, timeout=30) as http:
        async for ends in follow(state, kafka, http):
            if any(offset < end for offset, end in zip(state["offsets"], ends, strict=True)):
                continue
            keep(state, file)
            if (line := shown(state)) != before:
                print(line, flush=True)  # noqa: T201 - the answer
                before = line
            if until_end:
                return


def beginning() -> dict[str, Any]:
    return {"talks": {}, "positions": [0] * 12, "offsets": None}


def shown(state: Any) -> str:
    """Organisation → user, or nobody → their open conversations; the same text in every language."""
    people: dict[str, dict[str, list[str]]] = {}
    for talk, (organisation, assignee, is_open) in sorted(state["talks"].items()):
        if is_open:
            people.setdefault(organisation, {}).setdefault(assignee, []).append(talk)
    return json.dumps(people, sort_keys=True, separators=(",", ":"))


def keep(state: Any, file: Path) -> None:
    """In one step, so that no crash leaves half of it."""
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(state))
    partial.replace(file)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]), "--until-end" in sys.argv[2:])
