"""Files both ways: customers send them and Meta's host fails, agents put them aside and send them, some again."""

from __future__ import annotations

import base64
from typing import Any

from tests.crash.agents import sends, some_conversation
from tests.crash.customers import somebody, writes
from tests.crash.traffic import Traffic
from tests.journeys.world import File
from tests.samples import JPEG, MP3, PDF
from tests.simulator.faults import Scope

DOWNLOADS, UPLOADS = Scope(operation="attachments"), Scope(operation="media", method="POST")
FAULTS: list[dict[str, Any]] = [
    {"kind": "drop", "when": "before"},
    {"kind": "drop", "when": "after"},
    {"kind": "truncate", "when": "after"},
    {"kind": "not_json", "status": 502},
    {"kind": "stall", "when": "after", "seconds": 1.0},
]
KEPT = 12
"""So many files of a business are sent again and again: Meta has some of them already."""


async def a_customer_sends_a_file(traffic: Traffic) -> None:
    kind, content = traffic.random.choice([("image", JPEG), ("audio", MP3), ("document", PDF)])
    if traffic.random.random() < 0.3:
        await traffic.meta.fault(**traffic.random.choice(FAULTS), scope=DOWNLOADS)
    wa_id, number = somebody(traffic)
    # What is behind the end of a file changes its hash and nothing else.
    given = base64.b64encode(content + traffic.key().encode()).decode()
    await writes(traffic, wa_id, number, None, type=kind, file_base64=given)


async def an_agent_sends_a_file(traffic: Traffic) -> None:
    talk = await some_conversation(traffic, "open")
    if talk is None:
        return
    if traffic.random.random() < 0.2:
        await traffic.meta.fault(**traffic.random.choice(FAULTS), scope=UPLOADS)
    file = File(PDF + str(traffic.random.randrange(KEPT)).encode(), "application/pdf")
    path, key = f"/conversations/{talk['conversation_id']}/attachments?filename=orcamento.pdf", traffic.key()
    put = None
    for _ in range(traffic.random.choice([1, 1, 2])):
        put = await traffic.insist("POST", "conversations", path, who="administrator", key=key, file=file)
        if put is None:
            return
        traffic.ledger.agree(key, put["attachment_id"])
    assert put is not None
    body = {"type": "attachment", "attachment_id": put["attachment_id"], "caption": "Segue"}
    await sends(traffic, talk["conversation_id"], body)


async def files_go_both_ways(traffic: Traffic) -> None:
    await a_customer_sends_a_file(traffic)
    await an_agent_sends_a_file(traffic)
