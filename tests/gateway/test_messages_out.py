"""Released messages reach Meta: texts, replies, reactions, read receipts, in order, and each of them once."""

from __future__ import annotations

from recado_events.content import OutgoingReaction
from recado_events.gateway import MessageAccepted
from recado_events.identity import Recipient

from tests.gateway.stage import NUMBER, Stage


async def test_a_text_reaches_meta_once_and_its_acceptance_is_told(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to, "Bom dia 👋"))
        await stage.until_told(message, MessageAccepted)

    (send,) = await stage.meta.sends(NUMBER)
    assert send.request["to"] == f"+{to}"
    assert send.request["text"] == {"body": "Bom dia 👋", "preview_url": False}
    assert stage.told(message) == ["MessageQueued", "MessageDispatchStarted", "MessageAccepted"]
    accepted = stage.story(message)[-1]
    assert (accepted.evidence, accepted.attempt) == ("answer", 1)
    assert accepted.personal.wamid == send.id
    assert accepted.personal.wa_id == to


async def test_a_reply_a_reaction_and_a_read_receipt_are_said_as_meta_wants_them(stage: Stage) -> None:
    await stage.connect()
    wamid = await stage.meta.customer_writes("5511987650001", NUMBER, "Oi")
    reaction = stage.message(OutgoingReaction(emoji="👍", target_wamid=wamid))
    async with stage.dispatching():
        messages = stage.releases(stage.text(context=wamid), reaction, stage.receipt(wamid))
        for message in messages:
            await stage.until_told(message, MessageAccepted)

    reply, reacted = await stage.meta.sends(NUMBER)
    assert reply.request["context"] == {"message_id": wamid}
    assert reacted.request["reaction"] == {"message_id": wamid, "emoji": "👍"}
    assert [read.id for read in await stage.meta.reads()] == [wamid]
    assert stage.story(messages[2])[-1].personal.wamid is None


async def test_somebody_without_a_phone_is_written_to_by_user_id(stage: Stage) -> None:
    await stage.connect()
    await stage.person("BR.13491208655302741918")
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(recipient=Recipient(user_id="BR.13491208655302741918")))
        await stage.until_told(message, MessageAccepted)

    (send,) = await stage.meta.sends(NUMBER)
    assert (send.recipient, send.to) == ("BR.13491208655302741918", None)
