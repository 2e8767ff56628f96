"""Blocking a customer at Meta, through the same line as messages: one call an attempt, its answer believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict
from gateway.domain import block_verdicts
from recado_events.content import Blocking, ReadReceipt
from recado_events.conversations import BlockReleased, Released
from recado_events.gateway import MessageAccepted, MessageRejected
from recado_events.identity import Recipient

from tests.gateway.claims import TO, Client, always, claim
from tests.gateway.stage import NUMBER, WABA, Stage
from tests.simulator.client import Simulator

FAILED = {"failed_users": [{"input": "+1", "errors": [{"code": 139101, "message": "list is full"}]}]}
BUSY = {"failed_users": [{"input": "+1", "errors": [{"code": 139102, "message": "being changed"}]}]}


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (200, {"block_users": {"added_users": [{"input": "+1", "wa_id": "1"}]}}, Accepted()),
        (200, {"block_users": {"removed_users": [{"input": "+1"}]}}, Ambiguous("unreadable_answer")),
        (200, {"success": True}, Ambiguous("unreadable_answer")),
        (400, {"block_users": FAILED, "error": {"code": 139100}}, Refused(139101, "list is full", None)),
        (400, {"block_users": BUSY}, NotTaken("throttled", 139102)),
        (400, {"error": {"code": 139103, "message": "internal"}}, NotTaken("throttled", 139103)),
        (400, {"error": {"code": 139000, "message": "no"}}, Refused(139000, "no", None)),
        (400, {"error": {"code": 80007}}, NotTaken("throttled", 80007)),
        (500, {"block_users": FAILED}, Ambiguous("server_error")),
    ],
)
def test_what_an_answer_to_a_block_proves(status: int, answer: dict[str, Any], verdict: Verdict) -> None:
    assert block_verdicts.of_answer(status, json.dumps(answer).encode(), blocked=True) == verdict


def blocking(blocked: bool, wa_id: str | None = TO, user_id: str | None = None) -> Released:
    return Released(content=Blocking(blocked=blocked), recipient=Recipient(wa_id=wa_id, user_id=user_id))


async def test_the_client_blocks_and_unblocks_by_number_and_by_user_id(meta: Simulator) -> None:
    await meta.change_phone_number(NUMBER, registered=True)
    await meta.customer_writes(TO, NUMBER, "Oi")
    token = await meta.mint_token([WABA])
    (customer,) = await meta.customers()
    async with Client(meta.base_url) as messages:
        for released in (blocking(True), blocking(True, None, next(iter(customer.user_ids.values())))):
            assert await messages.send(claim(token, released), always) == Accepted()
            assert (await meta.customers())[0].blocked_by == [NUMBER]
            refused = await messages.send(claim(token), always)
            assert isinstance(refused, Refused)
            assert refused.meta_code == 130403
            assert await messages.send(claim(token, blocking(False)), always) == Accepted()
            assert (await meta.customers())[0].blocked_by == []
        stranger = await messages.send(claim(token, blocking(True, "5511900000009")), always)
        assert isinstance(stranger, Refused)
        assert stranger.meta_code == 131047


async def test_a_block_leaves_as_messages_do_and_what_came_of_it_is_told(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    async with stage.dispatching():
        for wa_id, kind in ((to, MessageAccepted), ("5511900000009", MessageRejected)):
            said = stage.message(Blocking(blocked=True), wa_id)
            names = ("organisation_id", "phone_number_id", "customer_id", "conversation_id", "message_id",
                     "released_by", "released_at", "send_by", "personal")  # fmt: skip
            asked = BlockReleased(blocked=True, **{name: getattr(said, name) for name in names})
            stage.hears(asked)
            await stage.until_told(asked.message_id, kind)
    assert (await stage.meta.customers())[0].blocked_by == [NUMBER]


async def test_typing_is_shown_with_the_receipt_and_is_no_message(stage: Stage) -> None:
    await stage.connect()
    to = "5511987650001"
    wamid = await stage.meta.customer_writes(to, NUMBER, "Oi?")
    async with stage.dispatching():
        said = Released(content=ReadReceipt(target_wamid=wamid, typing=True), recipient=Recipient(wa_id=to))
        typing = stage.receipt(wamid, to).model_copy(update={"personal": said})
        stage.releases(typing)
        await stage.until_told(typing.message_id, MessageAccepted)
    (read,) = await stage.meta.reads()
    assert (read.id, read.typing_shown) == (wamid, True)
    assert await stage.meta.sends(NUMBER) == []
