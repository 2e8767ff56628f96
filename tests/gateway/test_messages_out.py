"""Released messages reach Meta: texts, replies, reactions, read receipts, in order, and each of them once."""

from __future__ import annotations

import asyncio

from gateway.adapters.graph.bodies import message_body
from recado_events.content import OutgoingReaction, OutgoingTemplate, TemplateParameter
from recado_events.conversations import Released
from recado_events.gateway import MessageAccepted, MessageRejected
from recado_events.identity import Recipient

from tests.gateway.reviewing import FORM, Reviews
from tests.gateway.stage import NUMBER, WABA, Stage

PAYLOAD = {"type": "payload", "payload": "yes"}
COUPON = {"type": "coupon_code", "coupon_code": "SAVE20"}


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


async def test_an_approved_template_leaves_with_a_value_for_each_of_its_places(stage: Stage) -> None:
    await stage.connect()
    await stage.meta.script_verdict(WABA, FORM.name, at_once=True)
    reviews = Reviews(stage)
    reviews.submits()
    await asyncio.to_thread(reviews.works)
    values = (
        TemplateParameter(component="button", index=3, kind="coupon_code", value="SAVE20"),
        TemplateParameter(component="button", index=1, value="551198"),
        TemplateParameter(component="button", index=0, kind="payload", value="yes"),
        TemplateParameter(component="body", index=1, value="42"),
        TemplateParameter(component="body", index=0, value="Ana"),
        TemplateParameter(component="header", index=0, value="Ana Lima"),
    )
    content = OutgoingTemplate(name=FORM.name, language="en_US", body="Hello Ana …", parameters=values)
    async with stage.dispatching():
        (message,) = stage.releases(stage.message(content))
        await stage.until_told(message, MessageAccepted)

    (send,) = await stage.meta.sends(NUMBER)
    assert send.request["template"] == {
        "name": "order_ready",
        "language": {"code": "en_US"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "Ana Lima"}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "42"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [PAYLOAD]},
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "551198"}]},
            {"type": "button", "sub_type": "copy_code", "index": "3", "parameters": [COUPON]},
        ],
    }


async def test_a_template_paused_after_release_is_left_to_metas_refusal(stage: Stage) -> None:
    """Bad input 75: what is between the check and the call is for Meta to decide."""
    await stage.connect()
    await stage.meta.create_template(WABA, "plain", body="Hello.")
    await stage.meta.change_template(WABA, "plain", event="PAUSED")
    async with stage.dispatching():
        (message,) = stage.releases(stage.message(OutgoingTemplate(name="plain", language="en_US", body="Hello.")))
        await stage.until_told(message, MessageRejected)

    rejected = stage.story(message)[-1]
    assert (rejected.reason, rejected.meta_code) == ("graph", 132015)


def test_named_places_are_said_by_name() -> None:
    value = TemplateParameter(component="body", index=0, value="Ana", name="first_name")
    content = OutgoingTemplate(name="a", language="en", body="Hi Ana", parameters=(value,))
    said = message_body(Released(content=content, recipient=Recipient(wa_id="1")), "tag")
    (body,) = said["template"]["components"]
    assert body["parameters"] == [{"type": "text", "parameter_name": "first_name", "text": "Ana"}]
